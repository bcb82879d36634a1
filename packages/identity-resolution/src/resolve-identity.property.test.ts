import { deriveSessionId, isSessionId, type EdgeKind, type SessionId, type Sighting } from "@agentlog/types";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AT, matchesOf, native } from "./fixtures/sessions.js";
import { expectedResolution } from "./fixtures/slow-chain.js";
import {
  createIdentityIndex,
  fingerprintsOf,
  resolveIdentity,
  type KnownSession,
  type ResolveOptions,
} from "./index.js";

/** Few values, so that they meet. */
const pick = (...values: readonly string[]) => fc.constantFrom(...values);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
const agents = pick("claude", "codex", "__proto__");
const natives = pick("a", "b", "c", "constructor").map(native);
const uuids = pick("u1", "u2", "u3", "__proto__");
const dirs = pick("/repo", "/other");
const times = pick(AT, "2026-03-01T11:00:00.000Z", "2026-01-01T00:00:00.000Z", "not a time");
const sessions = pick("a", "b", "c", "d").map((id) => deriveSessionId("claude", id));
const prompts = pick("Fix the login page", "Write a parser for dates", "hi");

const knownSessions: fc.Arbitrary<KnownSession> = fc.record(
  {
    session: sessions,
    natives: fc.array(fc.record({ agent: agents, native: natives }), { maxLength: 2 }),
    cwd: dirs,
    worktreeRealPath: dirs,
    branchAtStart: pick("main", "HEAD"),
    created: times,
    progress: times,
    lastUuids: fc.array(uuids, { maxLength: 2 }),
    heads: fc.array(uuids, { maxLength: 2 }),
    fingerprints: maybe(prompts).map((prompt) => ({ ...fingerprintsOf({ prompt }) })),
    cleared: fc.record({ agent: agents, process: pick("1@1", "2@2"), at: times }),
  },
  { requiredKeys: ["session", "natives", "lastUuids", "heads", "fingerprints"] },
);

const sightings: fc.Arbitrary<Sighting> = fc.record(
  {
    agent: agents,
    at: times,
    native: natives,
    session: sessions,
    created: times,
    cwd: dirs,
    git: fc.record({ worktreeRealPath: dirs, branch: pick("main", "HEAD") }),
    prompt: prompts,
    transcript: fc.record(
      { path: fc.constant("/t"), firstUuid: uuids, firstParentUuid: uuids, heads: fc.array(uuids, { maxLength: 2 }) },
      { requiredKeys: ["path"] },
    ),
    link: fc.record({ kind: fc.constantFrom<EdgeKind>("fork", "clear", "sub-agent"), native: natives }),
    hook: fc.record({ source: pick("clear", "startup"), process: pick("1@1", "2@2") }),
  },
  { requiredKeys: ["agent", "at", "native"] },
);

/** Sightings that say little of themselves: what is left is lineage and fingerprints. */
const quiet: fc.Arbitrary<Sighting> = sightings.map((seen) => {
  const { session: _session, link: _link, hook: _hook, ...rest } = seen;
  return { ...rest, native: native("z") };
});

const options: fc.Arbitrary<ResolveOptions> = fc.record(
  {
    fingerprint: fc.constantFrom("suggest" as const, "join" as const),
    minCorroborators: fc.nat(4),
    timeWindowHours: fc.nat(100),
    maxCandidates: fc.nat(3),
  },
  { requiredKeys: [] },
);

/** No two sessions have one id or one native session: a registry cannot hold such. */
const registries = fc.uniqueArray(knownSessions, { selector: ({ session }) => session, maxLength: 4 }).map((found) => {
  const taken = new Set<string>();
  return found.map((one) => ({
    ...one,
    natives: one.natives.filter((binding) => {
      const key = JSON.stringify(binding);
      return !taken.has(key) && taken.add(key);
    }),
  }));
});

describe("resolveIdentity, for any sighting and any registry", () => {
  it("answers as the slow chain does", () => {
    const sources = new Map<string, number>();
    fc.assert(
      fc.property(fc.oneof(sightings, quiet), registries, options, (seen, all, chosen) => {
        const resolution = resolveIdentity(seen, matchesOf(...all), chosen);
        expect(resolution).toEqual(expectedResolution(seen, all, chosen));
        sources.set(resolution.source, (sources.get(resolution.source) ?? 0) + 1);
      }),
      { numRuns: 3000 },
    );
    // All answers were among them.
    expect([...sources.keys()].toSorted()).toEqual([
      "ambiguous",
      "exact",
      "explicit",
      "fingerprint",
      "lineage",
      "minted",
    ]);
  });

  it("[ID-1] the order and the repetition of matches change nothing, nor do sessions that have nothing in common with it", () => {
    const shuffled = registries.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 })),
    );
    fc.assert(
      fc.property(sightings, shuffled, options, (seen, [all, again], chosen) => {
        const stranger: KnownSession = {
          session: deriveSessionId("stranger", "s"),
          natives: [{ agent: "stranger", native: native("s") }],
          cwd: "/repo",
          created: AT,
          lastUuids: ["z"],
          heads: ["z"],
          fingerprints: { other_v1: "z" },
        };
        const one = resolveIdentity(seen, matchesOf(...all), chosen);
        expect(resolveIdentity(seen, matchesOf(stranger, ...again), chosen)).toEqual(one);
        // The index finds all that matters, and nothing else is needed.
        expect(resolveIdentity(seen, createIdentityIndex([...again, stranger]).matches(seen), chosen)).toEqual(one);
      }),
      { numRuns: 1000 },
    );
  });

  it("[ID-1] two versions of one session give one answer in any order", () => {
    fc.assert(
      fc.property(sightings, knownSessions, knownSessions, (seen, a, b) => {
        const second = { ...b, session: a.session };
        expect(resolveIdentity(seen, matchesOf(second, a))).toEqual(resolveIdentity(seen, matchesOf(a, second)));
      }),
    );
  });

  it("[ID-2] a session is never joined without being asked, nor its own parent or candidate", () => {
    fc.assert(
      fc.property(sightings, registries, options, (seen, all, chosen) => {
        const { session, source, parent, candidates } = resolveIdentity(seen, matchesOf(...all), chosen);
        expect(parent?.session).not.toBe(session);
        expect(candidates.map((candidate) => candidate.session)).not.toContain(session);
        if (source === "fingerprint") expect(chosen.fingerprint).toBe("join");
      }),
    );
  });
});

describe("resolveIdentity, for any strings", () => {
  const anything = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }).map((codes) => String.fromCharCode(...codes)),
    pick("__proto__", "constructor", "toString", "", "\u0000", "\ud800", "sess_", "x".repeat(1_000_000)),
  );

  it("[ID-1] it is total, and gives a legal id", () => {
    const garbage = fc.record({
      agent: anything,
      native: anything,
      session: anything,
      log: anything,
      at: anything,
      created: anything,
      cwd: anything,
      branchAtStart: anything,
      prompt: anything,
      git: fc.record({ worktreeRealPath: anything, branch: anything }),
      link: fc.record({ kind: anything, native: anything }),
      hook: fc.record({ source: fc.oneof(pick("clear"), anything), process: anything }),
      transcript: fc.record({
        path: anything,
        firstUuid: anything,
        firstParentUuid: anything,
        heads: fc.array(anything),
      }),
    }) as unknown as fc.Arbitrary<Sighting>;
    fc.assert(
      fc.property(garbage, garbage, (seen, other) => {
        const index = createIdentityIndex([
          {
            session: other.session as SessionId,
            natives: [{ agent: seen.agent, native: other.native! }],
            cwd: seen.cwd!,
            created: other.created!,
            progress: other.at,
            lastUuids: [seen.transcript!.firstParentUuid!],
            heads: seen.transcript!.heads!,
            fingerprints: JSON.parse('{"__proto__":"x","first_human_prompt_v1":"y"}') as Record<string, string>,
            cleared: { agent: seen.agent, process: seen.hook!.process!, at: other.at },
          },
        ]);
        const resolution = resolveIdentity(seen, index.matches(seen));
        expect(isSessionId(resolution.session) || resolution.session === other.session).toBe(true);
        expect(JSON.stringify(resolution).length).toBeLessThan(
          20_000 + resolution.session.length * 2 + (other.session?.length ?? 0) * 7,
        );
      }),
      { numRuns: 200 },
    );
  });
});
