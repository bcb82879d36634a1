import { chmodSync } from "node:fs";
import { join } from "node:path";
import { nodeDisk, openStore, type Disk } from "@agentlog/durable-fs";
import { describe, expect, it } from "vitest";
import { type Area, type Check } from "./finding.js";
import { CHECKS, runChecks } from "./run-checks.js";
import { createSubject, type Subject } from "./subject.js";
import { clinic, type Clinic } from "./testing/clinic.js";

function subjectOf(box: Clinic, disk: Disk = nodeDisk, nodeVersion = "24.0.0"): Subject {
  const program = { node: "/node", hook: "/hook.cjs" };
  return createSubject({}, { env: box.env, cwd: box.dir, program, nodeVersion, now: Date.now(), disk });
}

async function areasOf(subject: Subject, checks?: readonly Check[]): Promise<readonly Area[]> {
  const areas: Area[] = [];
  for await (const area of runChecks(subject, checks)) areas.push(area);
  return areas;
}

const messages = (areas: readonly Area[]): readonly string[] =>
  areas.flatMap(({ findings }) => findings.map(({ what }) => what));

describe("runChecks", () => {
  it("a check that fails is a finding, and the others are made", async () => {
    const box = clinic();
    await box.made("s");
    const failing: Check = {
      name: "failing",
      ofStore: false,
      examine: () => {
        throw new Error("no luck");
      },
    };
    const areas = await areasOf(subjectOf(box), [failing, ...CHECKS]);
    expect(areas.map(({ check }) => check)).toEqual(["failing", ...CHECKS.map(({ name }) => name)]);
    expect(messages(areas)).toEqual(["could not be checked: no luck"]);
  });

  it("whatever call of the disk fails, every check answers", async () => {
    const box = clinic();
    await box.made("s");
    for (const method of ["readdirSync", "lstatSync", "openSync", "readSync", "fstatSync"] as const) {
      let failing = false;
      const disk: Disk = {
        ...nodeDisk,
        [method]: (...args: never[]): unknown => {
          if (!failing) return (nodeDisk[method] as (...given: never[]) => unknown)(...args);
          throw Object.assign(new Error(`EIO: i/o error, ${method}`), { code: "EIO", syscall: method });
        },
      };
      const subject = subjectOf(box, disk);
      failing = true;
      const areas = await areasOf(subject);
      expect(
        areas.map(({ check }) => check),
        method,
      ).toEqual(CHECKS.map(({ name }) => name));
      expect(messages(areas).length, method).toBeGreaterThan(0);
    }
  });

  it("prints no command with a name that a terminal would act on", async () => {
    const box = clinic();
    const store = join(box.dir, "evil\u001b[31m");
    openStore(store);
    chmodSync(store, 0o755);
    const program = { node: "/node", hook: "/hook.cjs" };
    const subject = createSubject(
      { store },
      { env: box.env, cwd: box.dir, program, nodeVersion: "24.0.0", now: Date.now() },
    );
    const [found] = (await areasOf(subject)).flatMap(({ findings }) => findings);
    expect(found).toMatchObject({ check: "permissions", advice: expect.stringContaining("by hand") as string });
    expect(found).not.toHaveProperty("command");
  });

  it("lets nothing be written, whatever a check would try", async () => {
    const { disk } = subjectOf(clinic());
    expect(() => disk.writeSync(1, "x")).toThrow("EROFS");
    expect(() => disk.mkdirSync("/x")).toThrow("EROFS");
  });
});

describe("what the store stands on", () => {
  const withStatfs = (box: Clinic, fields: object): Subject => {
    const statfsSync = (path: string): object => Object.assign(nodeDisk.statfsSync(path), fields);
    return subjectOf(box, { ...nodeDisk, statfsSync: statfsSync as Disk["statfsSync"] });
  };

  it.runIf(process.platform === "linux")("a network file system is a problem", async () => {
    const areas = await areasOf(withStatfs(clinic(), { type: 0x6969 }));
    expect(messages(areas)).toContain("the store is on a network file system (NFS)");
  });

  it("so is a disk that is nearly full, in bytes or in files, and where no files are counted they are not", async () => {
    const box = clinic();
    const bytes = await areasOf(withStatfs(box, { bavail: 99_999, bsize: 1_000 }));
    expect(messages(bytes)).toContain("only 100 MB are free where the store is");
    const files = await areasOf(withStatfs(box, { files: 10_000, ffree: 12 }));
    expect(messages(files)).toContain("only 12 more files fit where the store is");
    expect(messages(await areasOf(withStatfs(box, { files: 0, ffree: 0 })))).toEqual(["there is no store yet"]);
  });

  it("a Node that is too old is a problem, one without SQLite a note", async () => {
    const found = async (version: string): Promise<unknown> => {
      const areas = await areasOf(subjectOf(clinic(), nodeDisk, version));
      return areas.find(({ check }) => check === "node")?.findings.map(({ severity }) => severity);
    };
    expect(await found("18.20.4")).toEqual(["problem"]);
    expect(await found("20.18.3")).toEqual(["problem"]);
    expect(await found("20.19.0")).toEqual(["note"]);
    expect(await found("22.12.0")).toEqual(["note"]);
    expect(await found("22.13.0")).toEqual([]);
    expect(await found("26.0.0-nightly")).toEqual([]);
  });
});
