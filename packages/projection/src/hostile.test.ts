import {
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { isAgentlogError } from "@agentlog/types";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hostilePlace, type HostilePlace, OWN_NAMES, WRONG_POSITIONS } from "./fixtures/hostile-places.js";
import { fileStore } from "./index.js";

const place = (): HostilePlace => hostilePlace((dir) => fileStore({ path: join(dir, "checkpoints"), flushEvents: 5 }));
const folder = ({ dir }: HostilePlace): string => join(dir, "checkpoints", "tallies.v1");
const manifestOf = (at: HostilePlace): string => join(folder(at), "manifest.json");
const segmentsOf = (at: HostilePlace): readonly string[] =>
  readdirSync(folder(at))
    .filter((name) => name.endsWith(".jsonl"))
    .map((name) => join(folder(at), name));

/** A place whose checkpoint is written, with more in the log behind it. */
async function checkpointed(): Promise<HostilePlace> {
  const at = place();
  for (const count of [60, 25]) {
    await at.append(count);
    await at.agree();
  }
  expect(segmentsOf(at).length).toBeGreaterThan(0);
  await at.append(7);
  return at;
}

/** Writes a manifest that says something else and whose checksum is right. */
function forge(at: HostilePlace, change: (manifest: any) => unknown): void {
  const json = JSON.stringify(change(JSON.parse(readFileSync(manifestOf(at), "utf8").split("\n")[0]!)));
  writeFileSync(manifestOf(at), `${json}\n${crc32(json)}\n`);
}

const FILES: readonly (readonly [string, (file: string) => void])[] = [
  ["truncated", (file) => truncateSync(file, lstatSync(file).size >> 1)],
  ["of NULs", (file) => writeFileSync(file, Buffer.alloc(lstatSync(file).size))],
  ["of 100,000 brackets", (file) => writeFileSync(file, "[".repeat(100_000))],
  [
    "of 100,000 brackets with their checksum",
    (file) => writeFileSync(file, `${"[".repeat(100_000)}\n${crc32("[".repeat(100_000))}\n`),
  ],
  ["huge", (file) => truncateSync(file, 3 * 1024 * 1024 * 1024)],
];

describe("[H-72] checkpoints in files", () => {
  it.each(FILES)(
    "[H-72] a manifest that is %s is set aside, and the state is the full replay",
    async (_name, spoil) => {
      const at = await checkpointed();
      spoil(manifestOf(at));
      await at.agree();
      expect(at.problems.map(({ kind }) => kind)).toEqual(["set-aside"]);
      await at.append(3);
      await at.agree();
    },
  );

  it.each(FILES)(
    "[H-72] segments that are %s are set aside, and the state is the full replay",
    async (_name, spoil) => {
      const at = await checkpointed();
      for (const segment of segmentsOf(at)) spoil(segment);
      await at.agree();
      await at.append(3);
      await at.agree();
    },
  );

  it.each(WRONG_POSITIONS)("[H-72] a position %s is not trusted", async (_name, make) => {
    const at = await checkpointed();
    forge(at, (manifest) => ({ ...manifest, position: make(manifest.position) }));
    await at.agree();
    expect(at.problems.map(({ kind }) => kind)).toEqual([expect.stringMatching(/^(stale-state|set-aside)$/)]);
  });

  it.each<readonly [string, (manifest: any) => unknown]>([
    ["another format", (manifest) => ({ ...manifest, format: 2 })],
    ["no format", (manifest) => ({ ...manifest, format: undefined })],
    ["no position", (manifest) => ({ ...manifest, position: undefined })],
    [
      "a segment elsewhere",
      (manifest) => ({ ...manifest, segments: [{ ...manifest.segments[0], file: "../../x.jsonl" }] }),
    ],
    [
      "a segment that is not there",
      (manifest) => ({ ...manifest, segments: [{ ...manifest.segments[0], file: "0-0.jsonl" }] }),
    ],
    ["sizes that are none", (manifest) => ({ ...manifest, segments: [{ ...manifest.segments[0], bytes: -1 }] })],
    [
      "places out of the file",
      (manifest) => ({
        ...manifest,
        segments: manifest.segments.map((one: object) => ({ ...one, records: { start: 0, end: 2 ** 40 } })),
      }),
    ],
    ["nothing", () => null],
    ["a list", () => []],
  ])("[H-72] a manifest with %s is never believed", async (_name, change) => {
    const at = await checkpointed();
    forge(at, change);
    await at.agree();
    await at.append(3);
    await at.agree();
  });

  it("[H-72] another version of the definition does not read it, and neither does another's folder fit", async () => {
    const at = await checkpointed();
    const other = join(at.dir, "checkpoints", "tallies.v2");
    cpSync(folder(at), other, { recursive: true });
    await at.agree();
    expect(at.problems).toEqual([]);
    // The checkpoint of another log, complete and sound.
    const foreign = await checkpointed();
    rmSync(folder(at), { recursive: true });
    renameSync(folder(foreign), folder(at));
    await at.agree();
    expect(at.problems.map(({ kind }) => kind)).toEqual(["stale-state"]);
  });

  it("[H-72] a link or a folder in a checkpoint's place is UNSAFE_PATH and left alone; without it the state is made anew", async () => {
    for (const choose of [manifestOf, (at: HostilePlace) => segmentsOf(at)[0]!]) {
      const at = await checkpointed();
      const file = choose(at);
      const victim = join(at.dir, "victim");
      copyFileSync(file, victim);
      const before = readFileSync(victim);
      rmSync(file);
      symlinkSync(victim, file);
      const failed: unknown = await at.agree().catch((error: unknown) => error);
      expect(isAgentlogError(failed, "UNSAFE_PATH")).toBe(true);
      expect(readFileSync(victim)).toEqual(before);
      rmSync(file);
      mkdirSync(file);
      const refused: unknown = await at.agree().catch((error: unknown) => error);
      expect(isAgentlogError(refused, "UNSAFE_PATH")).toBe(true);
      rmSync(file, { recursive: true });
      await at.agree();
    }
  });

  it("[H-72] whatever bytes a checkpoint has, the model is the full replay", async () => {
    const damage = fc.record({ file: fc.nat(), at: fc.nat(100_000), byte: fc.nat(255), cut: fc.boolean() });
    const at = place();
    await at.append(40);
    await fc.assert(
      fc.asyncProperty(damage, fc.nat(12), async (how, more) => {
        await at.agree();
        const files = readdirSync(folder(at))
          .filter((name) => /\.jsonl?$/.test(name))
          .toSorted();
        if (files.length > 0) {
          const file = join(folder(at), files[how.file % files.length]!);
          const bytes = readFileSync(file);
          const offset = how.at % bytes.length;
          if (how.cut) truncateSync(file, offset);
          else {
            bytes[offset] = how.byte;
            writeFileSync(file, bytes);
          }
        }
        if (more > 0) await at.append(more);
        await at.agree();
      }),
      { numRuns: 40 },
    );
  });

  it("[H-73] a manifest of before that is renamed into place last is gone on from, and nothing is lost", async () => {
    const at = place();
    await at.append(30);
    await at.agree();
    const older = readFileSync(manifestOf(at));
    const kept = segmentsOf(at).map((file) => [file, readFileSync(file)] as const);
    await at.append(40);
    await at.agree();
    writeFileSync(manifestOf(at), older);
    for (const [file, bytes] of kept) writeFileSync(file, bytes);
    await at.agree();
    await at.append(5);
    await at.agree();
  });

  it("[H-73] the same when the segments it names are gone", async () => {
    const at = place();
    await at.append(30);
    await at.agree();
    const older = readFileSync(manifestOf(at));
    await at.append(400);
    await at.agree();
    writeFileSync(manifestOf(at), older);
    for (const file of segmentsOf(at)) if (older.includes(file.split("/").at(-1)!)) rmSync(file);
    await at.agree();
  });

  it("[H-76] keys that objects have already are keys like others", async () => {
    const at = await checkpointed();
    await at.agree();
    expect(({} as Record<string, unknown>)["name"]).toBeUndefined();
    expect(OWN_NAMES.length).toBeGreaterThan(5);
    expect(existsSync(manifestOf(at))).toBe(true);
  });
});
