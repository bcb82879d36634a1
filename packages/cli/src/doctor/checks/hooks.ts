import { INSTALL_AGENTS, installTarget } from "../../install/agents/index.js";
import { type Installation, readInstallation } from "../../install/installed.js";
import { type InstallScope } from "../../install/target.js";
import { timeAgo } from "../../text/time.js";
import { type Delivered, deliveriesOf } from "../deliveries.js";
import { counted } from "../../text/counted.js";
import { type Check, type Examined, type Found } from "../finding.js";
import { installedPrograms } from "../installed-programs.js";
import { findPlugins, type InstalledPlugin } from "../plugins.js";
import { type Subject } from "../subject.js";

/** Whether agents are told to record, whether what they start is there, and whether anything ever came of it. */
export const hooksCheck: Check = { name: "hooks", ofStore: false, examine };

const SCOPES: readonly InstallScope[] = ["user", "project"];

async function examine(subject: Subject): Promise<Examined> {
  const findings: Found[] = [];
  const installed: Installation[] = [];
  const delivered: Record<string, Delivered> = {};
  const plugins: InstalledPlugin[] = [];
  for (const agent of INSTALL_AGENTS) {
    const own = SCOPES.flatMap((scope) => installationOf(subject, agent, scope, findings));
    const plugin = findPlugins(subject, agent);
    installed.push(...own);
    plugins.push(...plugin);
    findings.push(...twice(subject, own, plugin));
    const [first] = own;
    if (first === undefined) continue;
    const came = await deliveriesOf(subject, agent);
    delivered[agent] = came;
    findings.push(...silent(subject, first, came));
  }
  const without = INSTALL_AGENTS.filter((agent) => !installed.some((one) => one.agent === agent));
  return {
    summary: summaryOf(subject, installed, delivered, without),
    findings,
    facts: { installed, delivered, plugins },
  };
}

function summaryOf(
  { now }: Subject,
  installed: readonly Installation[],
  delivered: Readonly<Record<string, Delivered>>,
  without: readonly string[],
): string {
  const told = installed.map(({ agent, scope, since }) => {
    const { events = 0, waiting = 0 } = delivered[agent] ?? {};
    const age = since === undefined ? "" : `, installed ${timeAgo(since, now)}`;
    return `${agent} (${scope})${age}, ${counted(events + waiting, "event")}`;
  });
  return [...told, without.length === 0 ? "" : `not installed: ${without.join(", ")}`].filter(Boolean).join("; ");
}

function installationOf(
  subject: Subject,
  agent: string,
  scope: InstallScope,
  findings: Found[],
): readonly Installation[] {
  const { env, cwd, program, disk } = subject;
  try {
    const target = installTarget(agent, scope, { env, cwd });
    const found = readInstallation(agent, scope, { env, cwd, program, disk });
    if (!found.installed) return [];
    const gone = installedPrograms(target, program, disk).filter(
      (path) => disk.statSync(path, { throwIfNoEntry: false }) === undefined,
    );
    findings.push(...outdated(subject, found, gone));
    return [found];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const why = `whether ${agent} is told to record its sessions cannot be told, and ${agent} itself may not read the file`;
    // Without a home there are no user's settings of any agent: that is told once, by the store.
    if (!/HOME is not set/.test(message))
      findings.push({ severity: "problem", what: message, where: `${agent}, ${scope}`, why });
    return [];
  }
}

function outdated(
  subject: Subject,
  { agent, scope, file, current }: Installation,
  gone: readonly string[],
): readonly Found[] {
  if (gone.length === 0 && current) return [];
  const command = installCommand("install", agent, scope);
  const where = file;
  if (gone.length > 0) {
    const what = `the hooks of ${agent} start ${gone.join(" and ")}, which is not there`;
    return [{ severity: "problem", what, where, why: `nothing of ${agent} is recorded as it happens`, command }];
  }
  const what = `the hooks of ${agent} are not as this version sets them up`;
  const why = "another version, or another copy of agentlog, wrote them; some events may be missed";
  return [{ severity: "problem", what, where, why, command }];
}

function installCommand(verb: "install" | "uninstall", agent: string, scope: InstallScope): string {
  return ["agentlog", verb, agent, ...(scope === "user" ? [] : ["--scope", scope])].join(" ");
}

/** Installed and never heard of. Only where the agent was used since is it known that something is wrong. */
function silent({ now, state }: Subject, { agent, since, file }: Installation, came: Delivered): readonly Found[] {
  // Of a store that cannot be looked into nobody knows what came.
  if (state === "refused" || came.events + came.waiting > 0) return [];
  const when = since === undefined ? "" : ` ${timeAgo(since, now)}`;
  const what = `the hooks of ${agent} were installed${when}, and 0 events came from them`;
  const used = came.usedMs !== undefined && (since === undefined || came.usedMs > Date.parse(since));
  const advice = `start a session of ${agent}, then look at agentlog ls${agent === "codex" ? "; Codex asks once whether to trust hooks: open /hooks" : ""}`;
  const why = used
    ? `${agent} was used since then: its hooks are off, not trusted, or of another store`
    : `nothing is known of a session of ${agent} since then, so this may be right`;
  return [{ severity: used ? "problem" : "note", what, where: file, why, advice }];
}

function twice(
  subject: Subject,
  installed: readonly Installation[],
  plugins: readonly InstalledPlugin[],
): readonly Found[] {
  const [plugin] = plugins;
  if (plugin === undefined) return [];
  return installed.map(({ agent, scope, file }) => ({
    severity: "problem",
    what: `${agent} has hooks of agentlog in its settings and a plugin of it (${plugin.name})`,
    where: `${file} and ${plugin.file}`,
    why: "each call is captured twice; events that carry no id of their own may be recorded twice",
    command: installCommand("uninstall", agent, scope),
    advice: "keeps the plugin; or remove the plugin and keep the settings",
  }));
}
