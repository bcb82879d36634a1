import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { deriveSessionId, type NativeSessionId } from "@agentlog/types";
import { describe, expect, it } from "vitest";
import { inferForks, sanitizePrompt, type ForkMember, type ForkRecord } from "./index.js";

const shared =
  process.env["AGENTLOG_TRANSCRIPTS"] ?? fileURLToPath(new URL("../../../../shared/transcripts", import.meta.url));

/** Text of a field, when it is one. */
const text = (record: Record<string, unknown>, field: string): string | undefined =>
  typeof record[field] === "string" ? record[field] : undefined;

function readRecords(file: string): readonly Record<string, unknown>[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        const value: unknown = JSON.parse(line);
        return typeof value === "object" && value !== null ? [value as Record<string, unknown>] : [];
      } catch {
        return [];
      }
    });
}

/** All sessions of real transcripts, each with the longest of the files that hold it. */
function readMembers(): readonly ForkMember[] {
  const folder = path.join(shared, "claude-code");
  const sessions = new Map<string, readonly ForkRecord[]>();
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".jsonl")) continue;
    const own = new Map<string, ForkRecord[]>();
    for (const record of readRecords(path.join(folder, name))) {
      const [uuid, session] = [text(record, "uuid"), text(record, "sessionId")];
      if (uuid === undefined || session === undefined || record["isSidechain"] === true) continue;
      const list = own.get(session) ?? [];
      own.set(session, [...list, { uuid, parentUuid: text(record, "parentUuid"), time: text(record, "timestamp") }]);
    }
    for (const [session, list] of own) {
      if (list.length > (sessions.get(session)?.length ?? 0)) sessions.set(session, list);
    }
  }
  return [...sessions].map(([native, records]) => ({
    session: deriveSessionId("claude", native),
    agent: "claude",
    native: native as NativeSessionId,
    records,
  }));
}

describe.skipIf(!existsSync(path.join(shared, "claude-code")))("real transcripts", () => {
  const members = existsSync(shared) ? readMembers() : [];

  it("have one fork among all of them, with 34 shared records, and the session that stops there is the older", () => {
    expect(members.length).toBeGreaterThan(20);
    const id = (native: string) => members.find((member) => member.native.startsWith(native))?.session;
    const edges = inferForks(members).filter(({ edge }) => edge !== undefined);
    expect(edges).toEqual([
      {
        session: id("b4dcf65c"),
        edge: {
          parent: id("e1bc91d1"),
          kind: "fork",
          evidence: [{ kind: "shared-uuids", value: "34" }, { kind: "no-own-records" }],
        },
      },
    ]);
  });

  it("have no prompt in which a wrapper of Claude Code's is left", () => {
    const folder = path.join(shared, "claude-code");
    const prompts = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".jsonl"))
      .flatMap((name) => readRecords(path.join(folder, name)))
      .filter((record) => record["type"] === "user")
      .map(({ message }) => (message as { content?: unknown } | undefined)?.content)
      .filter((content) => typeof content === "string");
    expect(prompts.length).toBeGreaterThan(50);
    for (const prompt of prompts) {
      expect(sanitizePrompt(prompt)).not.toMatch(
        /<\/?(?:system-reminder|(?:local-)?command-|ide_|task-notification|bash-)/,
      );
    }
  });
});
