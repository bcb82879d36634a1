import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { nodeDisk, type Disk } from "@agentlog/durable-fs";
import { onTestFinished } from "vitest";
import { installTarget } from "../agents/index.js";
import { type ChangeReport } from "../change.js";
import { installHooks } from "../install-hooks.js";
import { type Installation, readInstallation } from "../installed.js";
import { type Place } from "../place.js";
import { type CaptureProgram } from "../program.js";
import { type InstallAgent, type InstallScope, type InstallTarget } from "../target.js";
import { uninstallHooks } from "../uninstall-hooks.js";

/** What an act may differ in. */
export interface ActOptions {
  readonly scope?: InstallScope;
  readonly program?: CaptureProgram;
  readonly disk?: Disk;
  readonly dryRun?: boolean;
  readonly now?: Date;
}

/** A home and a repository of one test's own, in which agents are set up. */
export interface Home {
  readonly dir: string;
  readonly home: string;
  readonly project: string;
  readonly place: Place;
  readonly program: CaptureProgram;
  target(agent: InstallAgent, scope?: InstallScope): InstallTarget;
  install(agent: InstallAgent, options?: ActOptions): ChangeReport;
  uninstall(agent: InstallAgent, options?: ActOptions): ChangeReport;
  read(agent: InstallAgent, options?: ActOptions): Installation;
  /** Writes a file with its folders; returns its path. */
  write(file: string, content: string | Uint8Array): string;
}

export const NOW: Date = new Date("2026-11-20T10:15:00.000Z");

export function makeHome(env: Readonly<Record<string, string>> = {}): Home {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "agentlog-install-")));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const [home, project] = [join(dir, "home"), join(dir, "project")];
  mkdirSync(home);
  mkdirSync(join(project, ".git"), { recursive: true });
  const place: Place = { env: { HOME: home, ...env }, cwd: project };
  const program: CaptureProgram = { node: "/opt/node/bin/node", hook: "/opt/lib/@agentlog/cli/dist/hook.cjs" };
  const target: Home["target"] = (agent, scope = "user") => installTarget(agent, scope, place);
  const change = ({ dryRun = false, disk = nodeDisk, now = NOW }: ActOptions) => ({ dryRun, disk, now });
  return {
    dir,
    home,
    project,
    place,
    program,
    target,
    install: (agent, options = {}) =>
      installHooks(target(agent, options.scope), options.program ?? program, change(options)),
    uninstall: (agent, options = {}) =>
      uninstallHooks(target(agent, options.scope), options.program ?? program, change(options)),
    read: (agent, options = {}) =>
      readInstallation(agent, options.scope ?? "user", { ...place, program: options.program ?? program }),
    write: (file, content) => {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      return file;
    },
  };
}
