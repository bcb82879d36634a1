import { deriveSessionId, newSessionId, type EdgeKind, type SessionId } from "@agentlog/types";
import { describe, expect, it } from "vitest";
import { AT, known, matchesOf, native, sighting } from "./fixtures/sessions.js";
import { fingerprintsOf, resolveIdentity } from "./index.js";

const PROMPT = "Make the login survive a restart of the server";
const asked = { ...fingerprintsOf({ prompt: PROMPT }) };

describe("who a sighting is", () => {
  it("[ID-3] a native session nobody knows gets the id derived from it, in every process the same", () => {
    const resolution = resolveIdentity(sighting("a"), []);
    expect(resolution).toEqual({
      session: deriveSessionId("claude", "a"),
      source: "minted",
      confidence: "none",
      evidence: [],
      candidates: [],
      candidatesOmitted: 0,
    });
    expect(resolveIdentity(sighting("a", { at: "2027-01-01T00:00:00.000Z" }), [])).toEqual(resolution);
  });

  it("a native id that is bound is the session it is bound to", () => {
    const session = newSessionId();
    const resolution = resolveIdentity(sighting("a"), matchesOf(known("a", { session })));
    expect(resolution).toMatchObject({ session, source: "exact", confidence: "exact" });
    expect(resolution.evidence).toEqual([{ kind: "native-id", value: "a" }]);
  });

  it("the same native id of another agent is another session", () => {
    const other = known("a", { natives: [{ agent: "codex", native: native("a") }], session: newSessionId() });
    expect(resolveIdentity(sighting("a"), matchesOf(other)).session).toBe(deriveSessionId("claude", "a"));
  });

  it("a writer's word stands above what its native id is bound to", () => {
    const session = newSessionId();
    const bound = known("a", { session: newSessionId() });
    const resolution = resolveIdentity(sighting("a", { session }), matchesOf(bound));
    expect(resolution).toMatchObject({ session, source: "explicit", confidence: "explicit" });
  });

  it("what is no session id is not a writer's word", () => {
    const resolution = resolveIdentity(sighting("a", { session: "../../etc" as SessionId }), []);
    expect(resolution.session).toBe(deriveSessionId("claude", "a"));
  });

  it("a sighting that names no session is one of its own, and the same each time", () => {
    const one = resolveIdentity({ agent: "claude", at: AT, cwd: "/a" }, []);
    expect(resolveIdentity({ agent: "claude", at: AT, cwd: "/a" }, [])).toEqual(one);
    expect(resolveIdentity({ agent: "claude", at: AT, cwd: "/b" }, []).session).not.toBe(one.session);
  });
});

describe("where it came from, by what is written down", () => {
  it.each([
    ["fork", "forked-from"],
    ["sub-agent", "spawned-by"],
    ["continuation", "continued-from"],
    ["clear", "cleared-from"],
  ] as const)("a %s link names the parent, known or not", (kind, evidence) => {
    const link = { kind: kind as EdgeKind, native: native("p") };
    const unknown = resolveIdentity(sighting("a", { link }), []);
    expect(unknown).toMatchObject({ source: "explicit", parent: { session: deriveSessionId("claude", "p"), kind } });
    expect(unknown.evidence).toEqual([{ kind: evidence, value: "p" }]);
    const session = newSessionId();
    const found = resolveIdentity(sighting("a", { link }), matchesOf(known("p", { session })));
    expect(found.parent).toEqual({ session, kind });
    expect(found.session).toBe(deriveSessionId("claude", "a"));
  });

  it("a known session gains the parent that is learnt later", () => {
    const link = { kind: "fork" as const, native: native("p") };
    const resolution = resolveIdentity(sighting("a", { link }), matchesOf(known("a"), known("p")));
    expect(resolution).toMatchObject({ source: "exact", parent: { session: deriveSessionId("claude", "p") } });
    expect(resolution.evidence.map(({ kind }) => kind)).toEqual(["native-id", "forked-from"]);
  });

  it("no session is its own parent, by link, by merge or by lineage", () => {
    const link = { kind: "fork" as const, native: native("a") };
    expect(resolveIdentity(sighting("a", { link }), []).parent).toBeUndefined();
    const both = known("a", { natives: ["a", "b"].map((id) => ({ agent: "claude", native: native(id) })) });
    const merged = sighting("a", { link: { kind: "fork", native: native("b") } });
    expect(resolveIdentity(merged, matchesOf(both)).parent).toBeUndefined();
    const self = sighting("a", { transcript: { path: "/t", firstParentUuid: "u", firstUuid: "h" } });
    expect(resolveIdentity(self, matchesOf(known("a", { lastUuids: ["u"], heads: ["h"] })))).toMatchObject({
      source: "exact",
      candidates: [],
    });
  });

  const cleared = (at: string) => ({ agent: "claude", process: "7@1", at });

  it("after a clear comes the session of the same process, from the one cleared last before it", () => {
    const old = known("old", { cleared: cleared("2026-03-01T11:00:00.000Z") });
    const last = known("last", { cleared: cleared("2026-03-01T11:59:00.000Z") });
    const later = known("later", { cleared: cleared("2026-03-01T12:01:00.000Z") });
    const hook = { source: "clear", process: "7@1" };
    const resolution = resolveIdentity(sighting("a", { hook }), matchesOf(old, later, last));
    expect(resolution).toMatchObject({ source: "explicit", parent: { session: last.session, kind: "clear" } });
    const others = [
      sighting("a", { hook: { ...hook, process: "8@1" } }),
      sighting("a", { hook: { ...hook, source: "startup" } }),
    ];
    for (const other of others) expect(resolveIdentity(other, matchesOf(old, last)).parent).toBeUndefined();
    expect(resolveIdentity({ ...sighting("a", { hook }), agent: "codex" }, matchesOf(old)).parent).toBeUndefined();
  });

  it("goes on where the only transcript with that last record ends", () => {
    const next = sighting("a", { transcript: { path: "/t", firstUuid: "u2", firstParentUuid: "u1" } });
    const one = known("one", { lastUuids: ["u0", "u1"] });
    expect(resolveIdentity(next, matchesOf(one))).toMatchObject({
      source: "lineage",
      confidence: "high",
      parent: { session: one.session, kind: "continuation" },
    });
    const two = known("two", { lastUuids: ["u1"] });
    const resolution = resolveIdentity(next, matchesOf(one, two));
    expect(resolution).toMatchObject({
      session: deriveSessionId("claude", "a"),
      source: "ambiguous",
      confidence: "none",
    });
    expect(resolution.parent).toBeUndefined();
    expect(resolution.candidates.map(({ session }) => session).toSorted()).toEqual(
      [one.session, two.session].toSorted(),
    );
  });

  it("shared records name candidates, and no parent: they do not say who is the older", () => {
    const one = known("one", { heads: ["h1", "h2"] });
    const seen = sighting("a", {
      prompt: PROMPT,
      cwd: "/r",
      transcript: { path: "/t", firstUuid: "h2", heads: ["x"] },
    });
    const resolution = resolveIdentity(seen, matchesOf(one), { fingerprint: "join" });
    expect(resolution).toMatchObject({
      session: deriveSessionId("claude", "a"),
      source: "lineage",
      confidence: "high",
    });
    expect(resolution.parent).toBeUndefined();
    expect(resolution.candidates).toEqual([{ session: one.session, evidence: [{ kind: "shared-head", value: "h2" }] }]);
  });

  it("records of another agent's sessions are no lineage", () => {
    const other = known("o", { natives: [{ agent: "codex", native: native("o") }], lastUuids: ["u1"], heads: ["h"] });
    const seen = sighting("a", { transcript: { path: "/t", firstUuid: "h", firstParentUuid: "u1" } });
    expect(resolveIdentity(seen, [{ key: ["head", "claude", "h"], session: other }]).source).toBe("minted");
  });
});

describe("fingerprints", () => {
  const seen = sighting("a", { prompt: PROMPT, cwd: "/repo", branchAtStart: "main" });
  const near = { created: "2026-03-01T10:00:00.000Z", fingerprints: asked };

  it("[ID-2] a first prompt alone names nobody, whatever the options", () => {
    const same = known("b", { ...near, branchAtStart: "main" });
    for (const minCorroborators of [0, 1, 2, -5, Number.NaN]) {
      const resolution = resolveIdentity(seen, matchesOf(same), { minCorroborators, fingerprint: "join" });
      expect(resolution).toMatchObject({ source: "minted", candidates: [] });
    }
  });

  it("one strong corroborator and two in all name a candidate, and by default no more", () => {
    const same = known("b", { ...near, cwd: "/repo" });
    const resolution = resolveIdentity(seen, matchesOf(same));
    expect(resolution).toMatchObject({ session: deriveSessionId("claude", "a"), source: "minted" });
    expect(resolution.candidates).toEqual([
      {
        session: same.session,
        evidence: [{ kind: "first-human-prompt" }, { kind: "same-cwd", value: "/repo" }, { kind: "within-window" }],
      },
    ]);
    expect(resolveIdentity(seen, matchesOf(known("b", { fingerprints: asked, cwd: "/repo" }))).candidates).toEqual([]);
  });

  it("joins only when asked to, and says that it is not sure", () => {
    const same = known("b", { ...near, cwd: "/repo" });
    expect(resolveIdentity(seen, matchesOf(same), { fingerprint: "join" })).toMatchObject({
      session: same.session,
      source: "fingerprint",
      confidence: "low",
      candidates: [],
    });
  });

  it("never guesses between two", () => {
    const two = ["b", "c"].map((id) => known(id, { ...near, cwd: "/repo" }));
    const resolution = resolveIdentity(seen, matchesOf(...two), { fingerprint: "join" });
    expect(resolution).toMatchObject({
      session: deriveSessionId("claude", "a"),
      source: "ambiguous",
      confidence: "none",
    });
    expect(resolution.candidates).toHaveLength(2);
  });

  it("the window is in hours, and of both sides", () => {
    const at = (created: string) => known("b", { created, fingerprints: asked, cwd: "/repo" });
    const found = (created: string, timeWindowHours?: number) =>
      resolveIdentity(seen, matchesOf(at(created)), { timeWindowHours }).candidates.length;
    expect(found("2026-02-26T12:00:00.000Z")).toBe(1);
    expect(found("2026-02-26T11:59:59.999Z")).toBe(0);
    expect(found("2026-03-04T12:00:00.000Z")).toBe(1);
    expect(found("2026-03-04T12:00:00.001Z")).toBe(0);
    expect(found("2026-03-01T11:00:00.000Z", 1)).toBe(1);
    expect(found("2026-03-01T10:59:00.000Z", 1)).toBe(0);
  });

  it("a branch called HEAD is none", () => {
    const detached = { ...seen, branchAtStart: "HEAD" };
    const same = known("b", { fingerprints: asked, cwd: "/repo", branchAtStart: "HEAD" });
    expect(resolveIdentity(detached, matchesOf(same)).candidates).toEqual([]);
  });

  it("another agent's session may be a candidate, and a working tree by any path", () => {
    const git = { worktreeRealPath: "/real/repo" };
    const other = known("b", {
      ...near,
      natives: [{ agent: "codex", native: native("b") }],
      worktreeRealPath: "/real/repo",
    });
    expect(resolveIdentity({ ...seen, git }, matchesOf(other)).candidates).toHaveLength(1);
  });

  it("a known session is offered older ones only", () => {
    const self = known("a", { created: AT });
    const older = known("b", { ...near, cwd: "/repo" });
    const younger = known("c", { created: "2026-03-01T13:00:00.000Z", fingerprints: asked, cwd: "/repo" });
    const resolution = resolveIdentity(seen, matchesOf(self, older, younger), { fingerprint: "join" });
    expect(resolution).toMatchObject({ session: self.session, source: "exact" });
    expect(resolution.candidates.map(({ session }) => session)).toEqual([older.session]);
  });

  it("names the ten best candidates, by evidence, then by latest progress, and counts the rest", () => {
    const many = Array.from({ length: 14 }, (_, hour) =>
      known(`k${hour}`, { ...near, cwd: "/repo", progress: `2026-03-01T10:${String(hour + 10)}:00.000Z` }),
    );
    const best = known("best", { ...near, cwd: "/repo", branchAtStart: "main" });
    const resolution = resolveIdentity(seen, matchesOf(...many, best));
    expect(resolution.candidates.map(({ session }) => session)).toEqual(
      [best, ...many.toReversed().slice(0, 9)].map(({ session }) => session),
    );
    expect(resolution.candidatesOmitted).toBe(5);
    expect(resolveIdentity(seen, matchesOf(...many), { maxCandidates: 0 })).toMatchObject({
      candidates: [],
      candidatesOmitted: 14,
    });
  });
});
