import { appendFileSync, chmodSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openSpool } from "@agentlog/durable-fs";
import { openRegistry } from "@agentlog/session-registry";
import { openSessionLog } from "@agentlog/session-writer";
import { agentlogError, newSessionId } from "@agentlog/types";
import { type Damage, LONG_AGO, logOf, spoolName } from "./damage.js";

/** What can be wrong with what a store holds. */
export const DAMAGED_CONTENT: readonly Damage[] = [
  {
    name: "a log with garbage in it",
    harm: async (clinic, id) => {
      appendFileSync(logOf(clinic, id), "garbage\n");
      await clinic.append(id, "note.added");
    },
    check: "logs",
    severity: "problem",
    what: /^sess_.*: 1 damaged place \(torn\) beside 3 events that count$/,
    command: "agentlog repair sess_",
  },
  {
    name: "the registry's log with garbage in it",
    harm: (clinic) => {
      const file = join(clinic.layout.registryDir, "events.jsonl");
      writeFileSync(file, `\0\0\0\n${readFileSync(file, "utf8")}`);
    },
    check: "logs",
    severity: "problem",
    what: /^registry: 1 damaged place/,
    command: "agentlog repair --registry",
  },
  {
    name: "a session that the registry has missed",
    harm: async (clinic) => {
      const id = newSessionId();
      await clinic.append(id, "session.started", { agent: "claude" });
    },
    check: "registry",
    severity: "problem",
    what: /is not in the registry/,
    command: "agentlog rebuild",
  },
  {
    name: "a session whose log is gone, and its transcript is not",
    harm: async (clinic) => {
      const lines = [{ type: "user", uuid: "a1", parentUuid: null, message: { role: "user", content: "hello" } }];
      const native = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
      const common = {
        sessionId: native,
        timestamp: "2026-01-20T04:11:56.000Z",
        cwd: "/w",
        version: "2.1.0",
        isSidechain: false,
      };
      const text = lines.map((line) => `${JSON.stringify({ ...line, ...common })}\n`).join("");
      const file = clinic.write(join(clinic.home, ".claude", "projects", "-w it's", `${native}.jsonl`), text);
      await clinic.run("import", file);
      const { sessions } = await clinic.data("find", "--agent", "claude");
      rmSync(clinic.layout.session(sessions[0].session).dir, { recursive: true });
    },
    check: "registry",
    severity: "problem",
    what: /\(claude\) is in the registry and has no log here/,
    command: "agentlog import ",
  },
  {
    name: "a session whose log is gone for good",
    harm: async (clinic) => rmSync(clinic.layout.session(await clinic.made("gone")).dir, { recursive: true }),
    check: "registry",
    severity: "note",
    what: /has no log here/,
    command: undefined,
  },
  {
    name: "files that others can read",
    harm: (clinic, id) => {
      chmodSync(logOf(clinic, id), 0o644);
      chmodSync(clinic.layout.session(id).dir, 0o775);
    },
    check: "permissions",
    severity: "problem",
    what: /^other users can reach [12] files? and 1 folder, and write to 1 of them$/,
    command: "agentlog doctor --fix-permissions",
  },
  {
    name: "a link in the store",
    harm: (clinic) => symlinkSync(clinic.home, join(clinic.layout.sessionsDir, newSessionId())),
    check: "permissions",
    severity: "problem",
    what: /^1 symbolic link or special file in the store$/,
    command: "rm -f -- ",
  },
  {
    name: "a read model of another log",
    harm: async (clinic, id) => {
      await using registry = openRegistry(clinic.open());
      for (let n = 0; n < 60; n++) await registry.setAlias(id, `name-${n}`);
      await registry.close();
      const file = join(clinic.layout.registryDir, "events.jsonl");
      const lines = readFileSync(file, "utf8").split("\n");
      writeFileSync(file, `${lines.slice(0, -2).join("\n")}\n`);
    },
    check: "read models",
    severity: "problem",
    what: /^sessions v\d+ stands at event \d+, which the log does not have$/,
    command: "agentlog rebuild",
  },
  {
    name: "a document that is cut off",
    harm: async (clinic) => {
      const folder = join(clinic.layout.snapshotsDir, "plan");
      clinic.write(join(folder, "document.json"), '{"format":1,');
    },
    check: "documents",
    severity: "problem",
    what: /document\.json/,
    command: "mv -- ",
  },
  {
    name: "bindings that are garbage",
    harm: (clinic) => void clinic.write(clinic.layout.bindings, "[]"),
    check: "documents",
    severity: "problem",
    what: /bindings\.json/,
    command: "mv -- ",
  },
  {
    name: "a hook's payload that waits for days",
    harm: (clinic) => {
      const call = { v: 1, agent: "claude", received: new Date(LONG_AGO).toISOString(), payload: '{"session_id":"x"}' };
      clinic.write(join(clinic.layout.hookSpool, spoolName(LONG_AGO)), JSON.stringify(call));
    },
    check: "spool",
    severity: "problem",
    what: /^[12] hook payloads? waiting, the oldest from 3d ago$/,
    command: "agentlog ls",
  },
  {
    name: "a spool entry that is none",
    harm: (clinic) => void clinic.write(join(clinic.layout.hookSpool, spoolName(Date.now())), "garbage"),
    check: "spool",
    severity: "problem",
    what: /^1 entry in the spool of the hooks that no hook of this version wrote$/,
    command: "agentlog ls",
  },
  {
    name: "an event that waits for its log",
    harm: async (clinic, id) => {
      const refused = async (): Promise<never> => {
        throw agentlogError("LOCK_TIMEOUT", "held", { path: "x", waitedMs: 0 } as never);
      };
      const lock = { run: refused, runSync: (): never => 0 as never, sweep: () => {}, close: () => {} };
      await using log = openSessionLog(clinic.open(), id, {
        lock,
        lockTimeoutMs: 0,
        onLockTimeout: "spool",
      });
      await log.append({
        type: "note.added",
        session: id,
        run: 1,
        source: { kind: "cli" },
        data: { text: "late" },
      } as never);
      const { directory, list } = openSpool(clinic.layout.session(id).spool);
      renameSync(join(directory, list()[0]!.name), join(directory, spoolName(LONG_AGO)));
    },
    check: "spool",
    severity: "problem",
    what: /^1 event of sess_.* waiting, the oldest from 3d ago$/,
    command: "agentlog append sess_",
  },
  {
    name: "a hook that failed",
    harm: (clinic) => {
      const failure = { time: new Date().toISOString(), agent: "claude", code: "ENOSPC", message: "disk full" };
      clinic.write(join(clinic.layout.spoolDir, "hook-failures.jsonl"), `${JSON.stringify(failure)}\n`);
    },
    check: "hook failures",
    severity: "problem",
    what: /^hooks noted 1 failure \(1 ENOSPC\), 1 in the last 7 days; the last .*: claude: ENOSPC, disk full$/,
    command: "rm -f -- ",
  },
];
