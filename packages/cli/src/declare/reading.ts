import { type Declare } from "../program.js";
import { withFilters } from "./filters.js";

/** The commands that print what is in session logs. */
export function declareReading({ define, action }: Declare): void {
  withFilters(
    define("ls", "list sessions, the latest first", "agentlog ls --limit 50", "agentlog ls --agent claude --since 7d"),
    "20",
  ).action(action(async () => (await import("../commands/ls.js")).ls));
  define("show <session>", "print what is known of a session", "agentlog show 01a1f921").action(
    action(async () => (await import("../commands/show.js")).show),
  );
  define(
    "log <session>",
    "print a session's events",
    "agentlog log 01a1f921 --from 100 --to 200",
    "agentlog log 01a1f921 --type tool.called --count",
  )
    .option("--from <seq>", "from this number on")
    .option("--to <seq>", "up to this number")
    .option("--type <type>", "only events of this type; * stands for anything")
    .option("--count", "print their number only")
    .action(action(async () => (await import("../commands/log.js")).log));
  define(
    "tail [session]",
    "print a session's last events, and with -f those to come",
    "agentlog tail --latest -f",
    "agentlog tail --active -f --json",
  )
    .option("--latest", "the session with the latest event")
    .option("--active", "every session that is live now, and with -f those that begin")
    .option("-f, --follow", "go on with the events to come")
    .option("-n, --lines <n>", "so many events of the past", "10")
    .action(action(async () => (await import("../commands/tail.js")).tail));
}
