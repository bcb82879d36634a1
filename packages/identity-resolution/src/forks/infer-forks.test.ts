import { type NativeSessionId, type SessionId } from "@agentlog/types";
import { describe, expect, it } from "vitest";
import { inferForks, type ForkMember, type ForkRecord } from "../index.js";

/** Records named `x1`, `x2` …, made in these minutes. */
const records = (name: string, from: number, to: number): ForkRecord[] =>
  Array.from({ length: to - from + 1 }, (_, at) => ({
    uuid: `${name}${from + at}`,
    time: new Date(Date.UTC(2026, 0, 1, 0, from + at)).toISOString(),
  }));
const minute = (at: number): string => new Date(Date.UTC(2026, 0, 1, 0, at)).toISOString();
const own = (name: string, ...minutes: number[]): ForkRecord[] => minutes.flatMap((at) => records(name, at, at));

const member = (id: string, list: readonly ForkRecord[], more: Partial<ForkMember> = {}): ForkMember => ({
  session: id as SessionId,
  agent: "claude",
  native: id as NativeSessionId,
  records: list,
  ...more,
});

/** child<parent shared reason, in every order of the members the same. */
function edges(...members: readonly ForkMember[]): readonly string[] {
  const told = (list: readonly ForkMember[]): readonly string[] =>
    inferForks(list).flatMap(({ session, edge }) =>
      edge === undefined
        ? []
        : [`${session}<${edge.parent} ${edge.evidence.map(({ kind, value }) => value ?? kind).join(" ")}`],
    );
  const one = told(members);
  expect(told(members.toReversed())).toEqual(one);
  expect(told([...members.slice(1), ...members.slice(0, 1)])).toEqual(one);
  return one;
}

describe("inferForks", () => {
  it("a session that ends where the other one goes on is the older", () => {
    expect(edges(member("b", records("s", 1, 34)), member("a", [...records("s", 1, 34), ...own("x", 40)]))).toEqual([
      "a<b 34 no-own-records",
    ]);
  });

  it("records before the shared ones were not copied: who has them is the older", () => {
    const parent = member("p", [...records("s", 1, 3), ...records("s", 4, 9), ...own("p", 30)]);
    const fork = member("a", [...records("s", 4, 9), ...own("f", 20)]);
    expect(edges(parent, fork)).toEqual(["a<p 6 own-records-before"]);
  });

  it("a fork's own records before its copies are later than they", () => {
    const fork = member("a", [...own("hook", 20), ...records("s", 1, 9), ...own("f", 21)]);
    const parent = member("p", records("s", 1, 9));
    expect(edges(parent, fork)).toEqual(["a<p 9 no-own-records"]);
  });

  it("a file made before the shared records ended is no copy", () => {
    const parent = member("p", [...records("s", 1, 9), ...own("p", 30)], { bornAt: minute(1) });
    const fork = member("a", [...records("s", 1, 9), ...own("f", 20)], { bornAt: minute(20) });
    expect(edges(parent, fork)).toEqual(["a<p 9 older-file"]);
    // Both restored from elsewhere: the time of a file tells nothing any more.
    const restored = [parent, fork].map((one) => ({ ...one, bornAt: minute(100) }));
    expect(edges(...restored)).toEqual(["p<a 9 undecided-direction"]);
  });

  it("what a record says of its origin stands above all", () => {
    const copied = records("s", 1, 9).map((record) => ({ ...record, sessionOfOrigin: "p" }));
    const fork = member("a", [...own("before", 0), ...copied], { bornAt: minute(0) });
    const parent = member("p", [...records("s", 1, 9), ...own("p", 30)]);
    expect(edges(parent, fork)).toEqual(["a<p 9 explicit-origin"]);
  });

  it("sessions that name a third one as the origin are no forks of each other", () => {
    const copied = records("s", 1, 9).map((record) => ({ ...record, sessionOfOrigin: "p" }));
    const [a, b] = [member("a", [...copied, ...own("a", 20)]), member("b", [...copied, ...own("b", 30)])];
    expect(edges(a, b)).toEqual([]);
    expect(edges(a, b, member("p", own("other", 1)))).toEqual(["a<p 0 explicit-origin", "b<p 0 explicit-origin"]);
  });

  it("a fork of a fork comes from the one with the longest common history", () => {
    const a = member("a", [...records("s", 1, 9), ...own("a", 10)]);
    const b = member("b", [...records("s", 1, 9), ...records("b", 20, 25), ...own("b", 26)]);
    const c = member("c", [...records("s", 1, 9), ...records("b", 20, 25), ...own("c", 40)]);
    expect(edges(a, b, c)).toEqual(["b<a 9 undecided-direction", "c<b 15 undecided-direction"]);
  });

  it("forks at different points of one session are its children, and not each other's", () => {
    const p = member("p", records("s", 1, 30));
    const forks = [5, 12, 20].map((at) => member(`f${at}`, [...records("s", 1, at), ...own(`f${at}-`, 50 + at)]));
    expect(edges(p, ...forks)).toEqual([
      "f12<p 12 undecided-direction",
      "f20<p 20 undecided-direction",
      "f5<p 5 undecided-direction",
    ]);
  });

  it("a compacted fork that was forked again is found in two steps", () => {
    const a = member("a", records("s", 1, 9));
    const b = member("b", [...records("s", 1, 9), ...records("b", 20, 40)]);
    const c = member("c", [...records("b", 30, 40), ...own("c", 50)]);
    expect(edges(a, b, c)).toEqual(["b<a 9 no-own-records", "c<b 11 own-records-before"]);
  });

  it("same uuids of different agents, or within one session, are no fork", () => {
    const list = records("s", 1, 3);
    expect(edges(member("a", list), member("b", list, { agent: "codex" }))).toEqual([]);
    expect(inferForks([member("a", list), member("a", list, { native: "n2" as NativeSessionId })])).toEqual([
      { session: "a" },
    ]);
  });

  it("what nothing tells goes by first own record, by file, by id, and says so", () => {
    const shared = records("s", 1, 3);
    const at = (id: string, first: number, bornAt?: string) => member(id, [...shared, ...own(id, first)], { bornAt });
    expect(edges(at("a", 20), at("b", 10))).toEqual(["a<b 3 undecided-direction"]);
    expect(edges(at("a", 10, minute(9)), at("b", 10, minute(8)))).toEqual(["a<b 3 undecided-direction"]);
    expect(edges(at("b", 10), at("a", 10))).toEqual(["b<a 3 undecided-direction"]);
    expect(edges(member("b", shared), member("a", shared))).toEqual(["b<a 3 undecided-direction"]);
  });

  it("no members, no records, no shared ones: no edges", () => {
    expect(inferForks([])).toEqual([]);
    expect(edges(member("a", []), member("b", records("b", 1, 2)))).toEqual([]);
  });

  it("a hundred thousand records of a hundred forks are no matter of pairs", () => {
    const base = records("s", 1, 1000);
    const forks = Array.from({ length: 100 }, (_, at) => member(`f${at}`, [...base, ...own(`f${at}-`, 2000 + at)]));
    const found = inferForks([member("p", base), ...forks]);
    expect(found.filter(({ edge }) => edge?.parent === ("p" as SessionId))).toHaveLength(100);
  });
});
