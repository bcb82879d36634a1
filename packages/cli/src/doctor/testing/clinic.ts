import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PassThrough } from "node:stream";
import { openStore, storeLayout, type OpenedStore, type StoreLayout } from "@agentlog/durable-fs";
import { openSessionLog } from "@agentlog/session-writer";
import { type SessionId } from "@agentlog/types";
import { onTestFinished } from "vitest";
import { shellWords } from "../../install/command-line.js";
import { type Io } from "../../io.js";
import { main } from "../../main.js";
import { BINARY } from "../../testing/agentlog.js";
import { type Finding } from "../finding.js";

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A home and a store of one test's own, and the command in this very process: a hundred calls take no longer than three processes. */
export interface Clinic {
  readonly dir: string;
  readonly home: string;
  readonly root: string;
  readonly layout: StoreLayout;
  readonly env: NodeJS.ProcessEnv;
  open(): OpenedStore;
  run(...argv: readonly string[]): Promise<Said>;
  /** The data of a command's envelope, whatever its exit code. */
  data(...argv: readonly string[]): Promise<any>;
  /** What doctor finds, but what it says of this Node, which is the same in every test. */
  findings(): Promise<readonly Finding[]>;
  /** All that is there, with modes, content and times: equal only if nothing was touched. */
  stamps(): readonly string[];
  /** Runs a command line that was printed: ours in this process, any other by a shell. */
  cure(command: string): Promise<void>;
  /** Makes a session by name; its log has its start and a note. */
  made(name: string): Promise<SessionId>;
  /** Appends an event of a session, past all commands. */
  append(id: SessionId, type: string, data?: object): Promise<void>;
  write(file: string, content: string | Uint8Array): string;
}

/** `place`: how the store is chosen. */
export function clinic(place: "environment" | "argument" = "environment"): Clinic {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "agentlog doctor's ")));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const [home, root, bin, cwd] = [join(dir, "home"), join(dir, "store"), join(dir, "bin"), join(dir, "work")];
  for (const folder of [home, bin, cwd]) mkdirSync(folder, { mode: 0o700 });
  writeFileSync(join(bin, "agentlog"), `#!/bin/sh\nexec '${process.execPath}' '${BINARY}' "$@"\n`, { mode: 0o755 });
  const env: NodeJS.ProcessEnv = {
    PATH: `${bin}:${process.env["PATH"] ?? ""}`,
    HOME: home,
    // What Node keeps of compiled code is in the home, and is no work of a command.
    NODE_DISABLE_COMPILE_CACHE: "1",
    ...(place === "environment" ? { AGENTLOG_HOME: root } : {}),
  };
  const layout = storeLayout(root);

  const call = async (argv: readonly string[]): Promise<Said> => {
    const [stdout, stderr] = [new PassThrough({ highWaterMark: 1e8 }), new PassThrough({ highWaterMark: 1e8 })];
    const io: Io = { stdin: process.stdin, stdout: stdout as never, stderr: stderr as never, env, cwd };
    const code = await main(argv, io);
    const text = (stream: PassThrough): string => String(stream.read() ?? "");
    return { code, out: text(stdout), err: text(stderr) };
  };
  const onStore = place === "argument" ? ["--store", root] : [];
  const run: Clinic["run"] = (...argv) => call([...argv, ...onStore]);
  const data: Clinic["data"] = async (...argv) => {
    const { out, err } = await run(...argv, "--json");
    const envelope = JSON.parse(out) as { ok: boolean; data: unknown };
    if (!envelope.ok) throw new Error(`${argv.join(" ")}: ${err}`);
    return envelope.data;
  };
  return {
    dir,
    home,
    root,
    layout,
    env,
    run,
    data,
    open: () => openStore(root),
    findings: async () => {
      const { findings } = (await data("doctor")) as { findings: readonly Finding[] };
      return findings.filter(({ check }) => check !== "node");
    },
    stamps: () =>
      [".", ...readdirSync(dir, { recursive: true }).map(String)].toSorted().map((name) => {
        const stats = lstatSync(join(dir, name), { bigint: true });
        const content = stats.isFile()
          ? createHash("sha256")
              .update(readFileSync(join(dir, name)))
              .digest("hex")
          : "";
        return `${name} ${stats.mode} ${stats.ino} ${stats.mtimeNs} ${stats.ctimeNs} ${content}`;
      }),
    cure: async (command) => {
      const words = command.startsWith("agentlog ") ? shellWords(command) : undefined;
      if (words === undefined) execFileSync("sh", ["-c", command], { env, cwd, stdio: "pipe" });
      else await call(words.slice(1));
    },
    made: async (name) =>
      (await data("append", name, "--create", "--type", "note.added", "--data", `{"text":"${name}"}`))
        .session as SessionId,
    append: async (id, type, content = {}) => {
      await using log = openSessionLog({ root, layout }, id);
      await log.append({ type, session: id, run: 1, source: { kind: "writer" }, data: content } as never);
    },
    write: (file, content) => {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(file, content, { mode: 0o600 });
      return file;
    },
  };
}
