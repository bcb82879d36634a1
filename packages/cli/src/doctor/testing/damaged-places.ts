import { appendFileSync, chmodSync, linkSync, mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newSessionId } from "@agentlog/types";
import { type Damage, DEAD, entry, LONG_AGO, logOf, presence } from "./damage.js";

/** What can be wrong around it: processes that died, locks, leftovers, the store itself. */
export const DAMAGED_PLACES: readonly Damage[] = [
  {
    name: "a session whose process was killed",
    harm: (clinic, id) => void clinic.write(clinic.layout.session(id).presence, presence()),
    check: "presence",
    severity: "problem",
    what: /has no end, and its process \d+ is gone, last seen 3d ago$/,
    command: "agentlog sweep",
  },
  {
    name: "a presence file of another machine",
    harm: (clinic, id) =>
      void clinic.write(
        clinic.layout.session(id).presence,
        presence({ bootId: "0123456789ab", host: "build\u001b[31m" }),
      ),
    check: "presence",
    severity: "note",
    what: /says that it runs on build/,
    command: "rm -f -- ",
  },
  {
    name: "a presence file that is none",
    harm: (clinic, id) => void clinic.write(clinic.layout.session(id).presence, "{}"),
    check: "presence",
    severity: "note",
    what: /is no presence record/,
    command: "rm -f -- ",
  },
  {
    name: "a presence file of a session that is over",
    harm: async (clinic, id) => {
      await clinic.append(id, "session.ended", { outcome: "success" });
      clinic.write(clinic.layout.session(id).presence, presence());
    },
    check: "presence",
    severity: "note",
    what: /is over, and its presence file was left behind/,
    command: "rm -f -- ",
  },
  {
    name: "a lock of a dead process",
    harm: (clinic, id) => void clinic.write(join(`${logOf(clinic, id)}.lock`, entry("a1")), ""),
    check: "locks",
    severity: "note",
    what: /^process \d+ died while it held the lock events\.jsonl\.lock$/,
    command: "rm -f -- ",
  },
  {
    name: "a lock of another machine",
    harm: (clinic) =>
      void clinic.write(
        join(clinic.layout.registryDir, "decision.lock", entry("a2", { ...DEAD, bootId: "0123456789ab" })),
        "",
      ),
    check: "locks",
    severity: "note",
    what: /^process \d+ of another machine, container or boot holds the lock decision\.lock$/,
    command: "rm -f -- ",
  },
  {
    name: "what a dead process wanted to take a lock with",
    harm: (clinic, id) => {
      const name = entry("a3");
      clinic.write(join(`${logOf(clinic, id)}.lock.${name}`, name), "");
    },
    check: "locks",
    severity: "note",
    what: /^dead processes left 1 folder with which they wanted to take a lock$/,
    command: "rm -rf -- ",
  },
  {
    name: "a file in a lock",
    harm: (clinic) => void clinic.write(join(`${clinic.layout.hookSpool}.lock`, "notes.txt"), ""),
    check: "locks",
    severity: "problem",
    what: /^1 file in the lock hooks\.lock that no lock puts there$/,
    command: "rm -rf -- ",
  },
  {
    name: "a temporary file of a killed writer",
    harm: (clinic, id) => {
      const name = `.presence.json.${DEAD.pid}-1.${"0".repeat(24)}.tmp`;
      const file = clinic.write(join(clinic.layout.session(id).dir, name), "half");
      utimesSync(file, LONG_AGO / 1000, LONG_AGO / 1000);
    },
    check: "leftovers",
    severity: "note",
    what: /^1 temporary file of killed writers$/,
    command: "rm -f -- ",
  },
  {
    name: "a read model that was set aside",
    harm: (clinic) =>
      void clinic.write(join(clinic.layout.registryDir, "read-model.db.set-aside-20260101T000000Z-0a1b2c"), "x"),
    check: "leftovers",
    severity: "note",
    what: /^1 read model set aside because it could not be read$/,
    command: "rm -rf -- ",
  },
  {
    name: "a repair that was killed",
    harm: (clinic, id) => linkSync(logOf(clinic, id), `${logOf(clinic, id)}.before-repair`),
    check: "leftovers",
    severity: "problem",
    what: /^a repair was killed before it was done$/,
    command: "agentlog repair sess_",
  },
  {
    name: "a file of somebody else's in the store",
    harm: (clinic) => void clinic.write(join(clinic.root, "notes.txt"), ""),
    check: "store",
    severity: "note",
    what: /^not the store's own: notes\.txt$/,
    command: undefined,
  },
  {
    name: "a folder in the place of a log",
    harm: (clinic, id) => {
      rmSync(logOf(clinic, id));
      mkdirSync(logOf(clinic, id), { mode: 0o700 });
    },
    check: "logs",
    severity: "problem",
    what: /is not a regular file/,
    command: "mv -- ",
  },
  {
    name: "a log without events that nobody knows",
    harm: (clinic) => void clinic.write(clinic.layout.session(newSessionId()).events, ""),
    check: "registry",
    severity: "note",
    what: /^1 log without any event$/,
    command: undefined,
  },
  {
    name: "a folder among the sessions that is none",
    harm: (clinic) => void clinic.write(join(clinic.layout.sessionsDir, "evil\u001b[31m", "x"), ""),
    check: "leftovers",
    severity: "note",
    what: /^1 name among the sessions that is no session's$/,
    command: undefined,
  },
  {
    name: "a log that ends in the middle of an event",
    harm: (clinic, id) => {
      appendFileSync(logOf(clinic, id), '{"seq":9');
      utimesSync(logOf(clinic, id), LONG_AGO / 1000, LONG_AGO / 1000);
    },
    check: "logs",
    severity: "note",
    what: /^sess_.*: 8 bytes at its end are no whole event$/,
    command: "agentlog repair sess_",
  },
  {
    name: "a parent that others can write to",
    harm: (clinic) => chmodSync(clinic.dir, 0o777),
    check: "store",
    severity: "problem",
    what: /^the folder around the store can be written to by other users$/,
    command: "chmod go-w ",
  },
  {
    name: "a store.json that is gone",
    harm: (clinic) => rmSync(clinic.layout.storeFile),
    check: "store",
    severity: "problem",
    what: /^store\.json is gone/,
    command: "agentlog init --store ",
  },
  {
    name: "a store.json that is garbage",
    harm: (clinic) => writeFileSync(clinic.layout.storeFile, "{"),
    check: "store",
    severity: "problem",
    what: /store\.json is damaged/,
    command: "mv -- ",
  },
  {
    name: "a root that others can write to",
    harm: (clinic) => chmodSync(clinic.root, 0o777),
    check: "store",
    severity: "problem",
    what: /can be written to by other users/,
    command: "agentlog doctor --fix-permissions",
  },
];
