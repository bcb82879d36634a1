import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openEventLog } from "@agentlog/event-log";
import { countingDisk, everyFault, everyKill, type Fault, faultyDisk } from "@agentlog/durable-fs/testing";
import { deriveSessionId } from "@agentlog/types";
import { describe, expect, it } from "vitest";
import { claudePayload, type HookStore, hookStore, listeningRegistry } from "../testing/hooks.js";
import { temporaryFolder } from "../testing/stores.js";

/** Two sessions' calls, one that waits for confirmation, and one that nobody can read. */
function filled(root: string): HookStore {
  const store = hookStore(root);
  store.capture(claudePayload("SessionStart", { source: "startup" }, "a"));
  store.capture(claudePayload("Stop", { n: 1 }, "b"));
  store.capture("no JSON");
  store.capture(claudePayload("InstructionsLoaded", {}, "c"));
  store.capture(claudePayload("Stop", { n: 2 }, "a"));
  return store;
}

type Disk = ReturnType<typeof countingDisk>;

const drainOn = (store: HookStore, disk: Disk): ReturnType<HookStore["drain"]> =>
  store.drain({
    disk,
    registry: listeningRegistry(),
    openSessionLog: (id) => openEventLog(store.layout.session(id).events, { disk, oversize: "spill" }),
    onProblem: () => {},
    lockTimeoutMs: 0,
  });

const locksOf = ({ layout }: HookStore): readonly string[] => [
  `${layout.hookSpool}.lock`,
  ...["a", "b", "c"].map((native) => `${layout.session(deriveSessionId("claude", native)).events}.lock`),
];

describe("draining under faults", () => {
  const after = async (fault: Fault, root: string): Promise<void> => {
    const store = filled(root);
    const label = JSON.stringify(fault);
    await drainOn(store, faultyDisk([fault]) as unknown as Disk).catch(() => {});
    // A dead holder's lock is taken at once; this one's "holder" lives on.
    for (const held of locksOf(store)) rmSync(held, { recursive: true, force: true });
    const registry = listeningRegistry();
    await store.drain({ registry });
    // What could not be read at first comes later.
    const types = (await store.events("a")).map(({ type }) => type).toSorted();
    expect(types, label).toEqual(["claude.hook.stop", "session.started"]);
    expect(
      (await store.events("b")).map(({ type }) => type),
      label,
    ).toEqual(["claude.hook.stop"]);
    expect([await store.events("c"), store.waiting()], label).toEqual([[], 1]);
    expect(
      readdirSync(join(store.layout.quarantineDir, "hooks")).filter((name) => !name.endsWith(".tmp")),
      label,
    ).toHaveLength(1);
  };

  const counted = async (): Promise<Disk> => {
    const disk = countingDisk();
    await drainOn(filled(temporaryFolder()), disk);
    return disk;
  };

  it("every call is in its log once, whichever call of the disk fails", { timeout: 60_000 }, async () => {
    const faults = everyFault(await counted(), ["EIO", "ENOSPC"]);
    expect(faults.length).toBeGreaterThan(100);
    const root = temporaryFolder();
    for (const [index, fault] of faults.entries()) await after(fault, join(root, String(index)));
  });

  it("every call is in its log once, whichever call of the disk the process dies at", { timeout: 60_000 }, async () => {
    const kills = everyKill(await counted());
    expect(kills.length).toBeGreaterThan(100);
    const root = temporaryFolder();
    for (const [index, kill] of kills.entries()) await after(kill, join(root, String(index)));
  });
});
