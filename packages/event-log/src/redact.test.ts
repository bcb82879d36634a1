import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDirectoryLock } from "@agentlog/durable-fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type EventLogOptions, type NewLogEvent, openEventLog } from "./index.js";

/** Made here, so that no scanner takes this file for a leak. */
const SECRETS: readonly string[] = [
  `sk-${"a1B2".repeat(12)}`,
  ["AKIA", "IOSFODNN7EXAMPLE"].join(""),
  ["-----BEGIN RSA", "PRIVATE KEY-----\nMIIE", "x".repeat(64)].join(" ").replace("MIIE ", "MIIE"),
];
const PATTERN = /sk-\w+|AKIA\w+|-----BEGIN [A-Z ]+-----\s\w+/g;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const open = (options: EventLogOptions = {}): ReturnType<typeof openEventLog> =>
  openEventLog(join(dir, "log", "events.jsonl"), options);
const masked = (event: NewLogEvent): NewLogEvent =>
  JSON.parse(
    JSON.stringify(event, (_, value: unknown) => (typeof value === "string" ? value.replace(PATTERN, "***") : value)),
  ) as NewLogEvent;
const noted = (text: string): NewLogEvent & { data: { text: string } } => ({ type: "note.added", data: { text } });

/** Every byte below the folder, names included. */
const everything = (): string =>
  readdirSync(dir, { recursive: true, encoding: "utf8" })
    .map((name) => `${name}\n${statSync(join(dir, name)).isFile() ? readFileSync(join(dir, name), "utf8") : ""}`)
    .join("\n");
const expectNoSecret = (): void => {
  const bytes = everything();
  for (const secret of SECRETS) expect(bytes.includes(secret.slice(0, 12)), secret.slice(0, 4)).toBe(false);
};

describe("[H-90] redact", () => {
  it("[H-90] has its say before there are bytes: in the log, in one batch, in a blob", async () => {
    const log = open({ redact: masked, oversize: "spill", maxEventBytes: 2_000 });
    const events = SECRETS.map((secret) => noted(`before ${secret} behind`));
    await log.appendMany(events);
    log.appendSync({ ...noted("x"), title: SECRETS[0] } as NewLogEvent);
    await log.append(noted(`${SECRETS[1]} ${"long ".repeat(1_000)}`));
    const { events: stored } = await log.readAll();
    expect(stored.map((event) => (log.dataOf(event) as { text: string }).text.slice(0, 17))).toEqual([
      ...SECRETS.map(() => "before *** behind"),
      "x",
      "*** long long lon",
    ]);
    expect(everything()).toContain("blobs/");
    expectNoSecret();
    // The caller's own events are as they were.
    expect(events[0]?.data.text).toContain(SECRETS[0]);
    await log.close();
  });

  it("[H-90] has its say before an event waits in the spool", async () => {
    const path = join(dir, "log", "events.jsonl");
    const holder = open();
    await holder.append(noted("first"));
    const log = openEventLog(path, { redact: masked, onLockTimeout: "spool", lockTimeoutMs: 0 });
    await createDirectoryLock(`${path}.lock`).run(async () => {
      expect(await log.append(noted(SECRETS[0] ?? ""))).toMatchObject({ status: "spooled" });
    });
    expect(everything()).toContain("***");
    expectNoSecret();
    await holder.append(noted("adopts"));
    expect((await holder.readAll()).events.map(({ data }) => (data as { text: string }).text)).toContain("***");
    expectNoSecret();
  });

  it.each<[string, NonNullable<EventLogOptions["redact"]>]>([
    [
      "throws",
      (event) => {
        throw new Error(`cannot redact ${JSON.stringify(event)}`);
      },
    ],
    ["answers nothing", () => undefined as never],
    ["answers a text", (event) => JSON.stringify(event) as never],
    ["answers later", (event) => Promise.resolve(event) as never],
    ["fails later", () => Promise.reject(new Error(SECRETS[0])) as never],
    ["makes what is no event", (event) => ({ ...event, type: "" })],
    ["makes what is no JSON", (event) => ({ ...event, data: { at: new Date(0) } })],
  ])("[H-90] that %s appends nothing, and its error quotes nothing", async (_name, redact) => {
    const log = open({ redact });
    const failed: unknown = await log
      .appendMany([noted(SECRETS[0] ?? ""), noted("b")])
      .catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: "INVALID_EVENT", index: 0 });
    const told = `${(failed as Error).stack} ${JSON.stringify(failed)} ${String((failed as Error).cause)}`;
    expect(told).not.toContain(SECRETS[0]);
    expect(log.stat()).toMatchObject({ exists: false });
    expectNoSecret();
  });

  it("[H-90] may change the copy it gets, and what it returns is what the schema judges", async () => {
    const judged: unknown[] = [];
    const log = open({
      redact: (event) => {
        (event.data as { text: string }).text = "changed";
        return event;
      },
      schema: {
        "~standard": {
          version: 1,
          vendor: "test",
          validate: (value) => (judged.push(value), { value: value as NewLogEvent }),
        },
      },
    });
    const given = noted("mine");
    await log.append(given);
    expect(given.data.text).toBe("mine");
    expect(judged).toMatchObject([{ data: { text: "changed" } }]);
    expect((await log.readAll()).events).toMatchObject([{ data: { text: "changed" } }]);
  });
});

describe("[H-90] without redact a secret stays where its owner put it", () => {
  const codeAndText = async (run: () => unknown): Promise<string> => {
    try {
      await run();
    } catch (error) {
      const { stack, message, ...fields } = error as Error & Record<string, unknown>;
      return `${stack} ${message} ${JSON.stringify(fields)}`;
    }
    throw new Error("it did not fail");
  };

  it.each(SECRETS)("[H-90] %# no error about an event quotes its values", async (secret) => {
    const log = open({ maxEventBytes: 3_000 });
    const failures = [
      () => log.append({ type: "", data: { secret } }),
      () => log.append({ type: "x", data: secret as never }),
      () => log.append({ type: "x", data: {}, id: secret.repeat(100) }),
      () => log.append({ type: "x", data: {}, time: secret }),
      () => log.append({ type: "x", data: { secret, at: Number.NaN } }),
      () => log.append({ type: "x", data: { secret, at: Symbol(secret) } }),
      () => log.append({ type: "x", data: { secret, long: "x".repeat(4_000) } }),
      () => log.append({ type: "x", data: { secret } }, { expectedSeq: 7 }),
      () =>
        log.append({
          type: "x",
          data: {
            secret,
            get bad() {
              throw new Error(secret);
            },
          },
        }),
    ];
    for (const run of failures) expect(await codeAndText(run)).not.toContain(secret);
    await log.append({ type: "x", data: { secret } });
    mkdirSync(join(dir, "other"));
    for (const name of readdirSync(dir, { recursive: true, encoding: "utf8" }))
      expect(name).not.toContain(secret.slice(0, 8));
  });
});
