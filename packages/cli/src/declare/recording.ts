import { type Declare } from "../program.js";

/** The commands that add to the store. */
export function declareRecording({ define, action }: Declare): void {
  define(
    "run <command...>",
    "record a command as a session: its output, its end, and that it is alive meanwhile",
    "agentlog run -- npm test",
    "agentlog run --name nightly --tag branch=main -- ./build.sh --fast",
  )
    .option("--name <name>", "what to call the session")
    .option("--agent <agent>", "who runs it", "shell")
    .option(
      "--tag <key=value>",
      "a tag; may be given several times",
      (tag: string, tags: readonly string[] | undefined) => [...(tags ?? []), tag],
    )
    .option("--no-output", "leave the terminal to the command and do not record what it prints")
    .passThroughOptions()
    .action(action(async () => (await import("../commands/run.js")).run));
  define(
    "append <session> [source]",
    "append events: one by --type and --data, or NDJSON from stdin with -",
    `agentlog append 01a1f921 --type note.added --data '{"text":"by hand"}'`,
    "my-runner --events | agentlog append my-run - --create --json",
  )
    .option("--type <type>", "the event's type, such as note.added")
    .option("--data <json>", "the event's data, a JSON object")
    .option("--create", "make the session when there is none")
    .action(action(async () => (await import("../commands/append.js")).append));
  define(
    "import [path...]",
    "import agents' own transcripts; again adds only what is new",
    "agentlog import",
    "agentlog import ~/backup/projects --dry-run",
  )
    .option("--agent <agent>", "only this agent's")
    .option("--dry-run", "say what would be imported, and import nothing")
    .action(action(async () => (await import("../commands/import.js")).importCommand));
}
