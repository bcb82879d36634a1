import { type Declare } from "../program.js";

/** The commands about the store itself. */
export function declareStore({ define, action }: Declare): void {
  define(
    "init [dir]",
    "make a store in a folder, for everything below it",
    "agentlog init",
    "agentlog init ~/work",
  ).action(action(async () => (await import("../commands/init.js")).init));
  define("where", "print which store is used, which rule chose it, and what is in it", "agentlog where --json").action(
    action(async () => (await import("../commands/where.js")).where),
  );
  define(
    "doctor",
    "look at everything, say what is wrong and what mends it; changes nothing",
    "agentlog doctor",
    "agentlog doctor --fix-permissions",
  )
    .option("--fix-permissions", "take from the store's files and folders what other users may do with them")
    .action(action(async () => (await import("../commands/doctor.js")).doctor));
  define(
    "verify [session]",
    "prove that a session's log, or every one, is whole",
    "agentlog verify",
    "agentlog verify 01a1f921",
  )
    .option("--all", "every log, as without a session")
    .option("--anchor <seq:hash>", "a head kept elsewhere, to check the log against")
    .action(action(async () => (await import("../commands/verify.js")).verify));
  define(
    "repair [session]",
    "set aside what is damaged in a session's log; keeps every event that counts",
    "agentlog repair 01a1f921 --dry-run",
    "agentlog repair --all",
  )
    .option("--registry", "the registry's log instead of a session's")
    .option("--all", "every session's log, and the registry's")
    .option("--dry-run", "say what would be done, and do nothing")
    .action(action(async () => (await import("../commands/repair.js")).repair));
}
