import { existsSync, readFileSync } from "node:fs";
import { countingDisk, everyFault, everyKill, type Fault, faultyDisk } from "@agentlog/durable-fs/testing";
import { describe, expect, it } from "vitest";
import { treeOf } from "../testing/tree.js";
import { type Home, makeHome } from "./testing/home.js";
import { type InstallAgent } from "./target.js";

const CONTENT = '{"a":1,"hooks":{"Stop":[],"SessionStart":[{"hooks":[]}]}}';

const cases: readonly (readonly [string, InstallAgent, string | undefined])[] = [
  ["an existing file", "claude", CONTENT],
  ["no file", "claude", undefined],
  ["a plugin file", "opencode", undefined],
];

function prepare(agent: InstallAgent, content: string | undefined): Home {
  const home = makeHome();
  if (content !== undefined) home.write(home.target(agent).file, content);
  return home;
}

const contentOf = (home: Home, agent: InstallAgent): string | undefined => {
  const { file } = home.target(agent);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
};

/** A backup that could not be removed is superfluous, no more. */
const withoutBackups = (tree: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(tree).filter(([name]) => !name.includes(".agentlog-backup-")));

describe.each(cases)("%s, with one system call failing", (_name, agent, content) => {
  const installed = (): string | undefined => {
    const home = prepare(agent, content);
    home.install(agent);
    return contentOf(home, agent);
  };

  function faultsOf(act: "install" | "uninstall", kills: boolean): readonly Fault[] {
    const home = prepare(agent, content);
    if (act === "uninstall") home.install(agent);
    const disk = countingDisk();
    home[act](agent, { disk });
    return kills ? everyKill(disk) : everyFault(disk, ["EIO"]);
  }

  it.each(["install", "uninstall"] as const)(
    "%s leaves the file as it was or as it is to be, and can be repeated",
    (act) => {
      const after = installed();
      for (const kills of [false, true]) {
        for (const fault of faultsOf(act, kills)) {
          const home = prepare(agent, content);
          const before = treeOf(home.dir);
          if (act === "uninstall") home.install(agent);
          try {
            home[act](agent, { disk: faultyDisk([fault]) });
          } catch (error) {
            expect(error, JSON.stringify(fault)).toMatchObject({ name: "AgentlogError" });
          }
          expect([content, after], JSON.stringify(fault)).toContain(contentOf(home, agent));
          home.install(agent);
          expect(contentOf(home, agent), JSON.stringify(fault)).toBe(after);
          home.uninstall(agent);
          expect(contentOf(home, agent), JSON.stringify(fault)).toBe(content);
          // An empty folder may stay where it could not be removed or noted, and the mode that could not be set is private.
          if (kills || ["rmdirSync", "mkdirSync", "chmodSync"].includes(fault.method)) continue;
          expect(withoutBackups(treeOf(home.dir)), JSON.stringify(fault)).toEqual(before);
        }
      }
    },
  );
});

it("a failed install of a fresh file takes its folder and receipt back", () => {
  const home = makeHome();
  const before = treeOf(home.dir);
  // The second file that is written: the receipt is the first.
  const disk = faultyDisk([{ method: "renameSync", call: 2, errno: "ENOSPC" }]);
  expect(() => home.install("claude", { disk })).toThrow(expect.objectContaining({ code: "IO_ERROR" }));
  expect(treeOf(home.dir)).toEqual(before);
});

it("a failed install over a file leaves no backup and no receipt", () => {
  const home = prepare("claude", CONTENT);
  const before = treeOf(home.dir);
  const disk = faultyDisk([{ method: "renameSync", call: 3, errno: "EIO" }]);
  expect(() => home.install("claude", { disk })).toThrow(expect.objectContaining({ code: "IO_ERROR" }));
  expect(treeOf(home.dir)).toEqual(before);
});

it("a dry run writes nothing at all", () => {
  const home = prepare("claude", CONTENT);
  const disk = countingDisk();
  home.install("claude", { disk, dryRun: true });
  const writing = [
    "writeSync",
    "renameSync",
    "mkdirSync",
    "unlinkSync",
    "rmdirSync",
    "chmodSync",
    "fchmodSync",
  ] as const;
  for (const method of writing) expect(disk.calls.get(method)).toBeUndefined();
});
