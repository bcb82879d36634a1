import { type Sighting } from "@agentlog/types";
import { expect, it, vi } from "vitest";
import { temporaryStore } from "./fixtures/store.js";
import { createSession, resumeSession } from "./index.js";

it("tells a registry when a run begins and ends, after its log has it", async () => {
  const store = temporaryStore();
  const told: Sighting[] = [];
  const registry = { seen: async (sightings: readonly Sighting[]) => void told.push(...sightings) };
  const about = { name: "Fix it", agent: "runner", cwd: "/w", details: { branch: "main", commit: "abc" } };
  const session = await createSession({ store, registry, heartbeat: false, ...about });
  expect(told).toMatchObject([
    {
      agent: "runner",
      session: session.id,
      title: "Fix it",
      cwd: "/w",
      run: 1,
      branchAtStart: "main",
      headAtStart: "abc",
    },
  ]);
  await session.finish({ outcome: "success" });
  const again = await resumeSession({ store, registry, id: session.id, heartbeat: false });
  await again.finish({ outcome: "success" });
  expect(told.map(({ session: id, run }) => [id, run])).toEqual([1, 1, 2, 2].map((run) => [session.id, run]));
  expect(told.every(({ progress, at }) => progress !== undefined && progress <= at)).toBe(true);
});

it("goes on when the registry cannot be told, and says why", async () => {
  const problems: Error[] = [];
  const session = await createSession({
    store: temporaryStore(),
    registry: { seen: () => Promise.reject(new Error("locked")) },
    onRegistryError: (error) => problems.push(error),
    heartbeat: false,
  });
  expect((await session.finish({ outcome: "success" })).status).toBe("appended");
  expect(problems.map(({ message }) => message)).toEqual(["locked", "locked"]);
});

it("tells meanwhile that a run goes on, and only when something came", async () => {
  const told: Sighting[] = [];
  const registry = { seen: async (sightings: readonly Sighting[]) => void told.push(...sightings) };
  const session = await createSession({ store: temporaryStore(), registry, registerIntervalMs: 5, heartbeat: false });
  await session.note.added({ text: "one" });
  await vi.waitFor(() => expect(told).toHaveLength(2));
  expect(told[1]?.progress).toMatch(/Z$/);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(told).toHaveLength(2);
  await session.finish({ outcome: "success" });
  expect(told).toHaveLength(3);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(told).toHaveLength(3);
});
