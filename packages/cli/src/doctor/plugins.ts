import { join } from "node:path";
import { type Disk, errnoOf } from "@agentlog/durable-fs";
import { parse } from "jsonc-parser";
import { configFolder, homeFolder, projectFolder } from "../install/place.js";
import { type InstallAgent } from "../install/target.js";
import { type Subject } from "./subject.js";
import { namesIn } from "./walk.js";

/** A plugin or extension of an agent's own kind that is agentlog's, by its name. */
export interface InstalledPlugin {
  readonly agent: InstallAgent;
  readonly name: string;
  /** Where it is named. */
  readonly file: string;
}

const MOST_BYTES = 8 * 1024 * 1024;

/** `agentlog`, `agentlog@some-marketplace`, `@agentlog/opencode`, `agentlog-plugin@1.2.0`. */
const OURS = /^@?agentlog(?:[@/-]|$)/;

type Look = (subject: Subject) => readonly Omit<InstalledPlugin, "agent">[];

/**
 * Plugins of ours that an agent has, next to hooks in its settings. Copilot CLI has none that is known. What cannot be
 * read has none: whoever reads the settings for hooks tells of that.
 */
export function findPlugins(subject: Subject, agent: InstallAgent): readonly InstalledPlugin[] {
  return (LOOKS[agent]?.(subject) ?? []).map((found) => ({ agent, ...found }));
}

const LOOKS: Partial<Record<InstallAgent, Look>> = {
  /** `enabledPlugins: {"name@marketplace": true}` in any of the settings; a later one may turn off what an earlier turned on. */
  claude: (subject) => {
    const project = join(projectFolder(subject), ".claude");
    const files = [
      ...below(subject, "CLAUDE_CONFIG_DIR", ".claude", "settings.json"),
      join(project, "settings.json"),
      join(project, "settings.local.json"),
    ];
    const enabled = new Map<string, { readonly file: string; readonly isOn: boolean }>();
    for (const file of files)
      for (const [name, value] of Object.entries(fieldOf(readJson(subject.disk, file), "enabledPlugins")))
        enabled.set(name, { file, isOn: value !== false });
    return [...enabled].flatMap(([name, { file, isOn }]) => (isOn && OURS.test(name) ? [{ name, file }] : []));
  },
  /** `[plugins."name@marketplace"]` with `enabled = true` in config.toml. */
  codex: (subject) =>
    below(subject, "CODEX_HOME", ".codex", "config.toml").flatMap((file) =>
      tomlPlugins(readText(subject.disk, file)).flatMap((name) => (OURS.test(name) ? [{ name, file }] : [])),
    ),
  /** A folder with a manifest. */
  gemini: (subject) =>
    [
      ...below(subject, undefined, ".gemini", "extensions"),
      join(projectFolder(subject), ".gemini", "extensions"),
    ].flatMap((folder) =>
      namesIn(folder, subject.disk).flatMap((name) => {
        const file = join(folder, name, "gemini-extension.json");
        const called: unknown = Object(readJson(subject.disk, file))["name"];
        return typeof called === "string" && OURS.test(called) ? [{ name: called, file }] : [];
      }),
    ),
  /** `"plugin": ["@scope/package"]` of opencode.json. */
  opencode: (subject) =>
    [
      ...below(subject, "XDG_CONFIG_HOME", ".config", "opencode", "opencode.json"),
      ...below(subject, "XDG_CONFIG_HOME", ".config", "opencode", "opencode.jsonc"),
      join(projectFolder(subject), "opencode.json"),
      join(projectFolder(subject), "opencode.jsonc"),
    ].flatMap((file) =>
      Object.values(fieldOf(readJson(subject.disk, file), "plugin")).flatMap((name) =>
        typeof name === "string" && OURS.test(name) ? [{ name, file }] : [],
      ),
    ),
};

/** None without a home. */
function below(subject: Subject, variable: string | undefined, ...parts: readonly string[]): readonly string[] {
  try {
    const [folder = "", ...rest] = parts;
    const above = variable === undefined ? join(geminiHome(subject), folder) : configFolder(subject, variable, folder);
    return [join(above, ...rest)];
  } catch {
    return [];
  }
}

function geminiHome(subject: Subject): string {
  const given = subject.env["GEMINI_CLI_HOME"];
  return given === undefined || given === "" ? homeFolder(subject) : given;
}

/** The tables of plugins that are not turned off. Enough of TOML for a line that names one. */
function tomlPlugins(text: string): readonly string[] {
  const names: string[] = [];
  for (const table of text.split(/^(?=[ \t]*\[)/m)) {
    const [, quoted, bare] = /^[ \t]*\[plugins\.(?:"([^"\n]+)"|([\w-]+))\][ \t]*(?:#.*)?$/m.exec(table) ?? [];
    const name = quoted ?? bare;
    if (name !== undefined && !/^[ \t]*enabled[ \t]*=[ \t]*false\b/m.test(table)) names.push(name);
  }
  return names;
}

function fieldOf(value: unknown, name: string): object {
  const field: unknown =
    typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  return typeof field === "object" && field !== null ? field : {};
}

/** With comments, which some agents allow. */
function readJson(disk: Disk, file: string): unknown {
  return parse(readText(disk, file), [], { allowTrailingComma: true }) as unknown;
}

function readText(disk: Disk, file: string): string {
  try {
    const stats = disk.statSync(file);
    return stats.isFile() && stats.size <= MOST_BYTES ? disk.readFileSync(file, "utf8") : "";
  } catch (error) {
    if (errnoOf(error) !== undefined) return "";
    throw error;
  }
}
