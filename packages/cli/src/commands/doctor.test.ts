import { appendFileSync, chmodSync, chownSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newSessionId } from "@agentlog/types";
import { describe, expect, it } from "vitest";
import { type Finding } from "../doctor/finding.js";
import { clinic, type Clinic } from "../doctor/testing/clinic.js";
import { DAMAGES } from "../doctor/testing/damages.js";
import { treeOf } from "../testing/tree.js";

/** A store with one session that nothing is wrong with. */
async function healthy(
  place?: "argument",
): Promise<{ readonly box: Clinic; readonly id: Awaited<ReturnType<Clinic["made"]>> }> {
  const box = clinic(place);
  const id = await box.made("s");
  return { box, id };
}

describe("agentlog doctor", () => {
  it.each(DAMAGES.map((damage) => [damage.name, damage] as const))(
    "finds %s, changes nothing, and what it prints mends it",
    async (_name, { harm, check, severity, what, command }) => {
      const { box, id } = await healthy();
      await harm(box, id);
      const before = box.stamps();
      const { code, out } = await box.run("doctor", "--json");
      const { findings } = (JSON.parse(out) as { data: { findings: readonly Finding[] } }).data;
      const found = findings.find((one) => one.check === check && what.test(one.what));
      expect(found, JSON.stringify(findings, undefined, 1)).toBeDefined();
      expect(found?.severity).toBe(severity);
      expect(found?.why).not.toBe("");
      expect(code).toBe(severity === "problem" ? 1 : 0);
      expect(box.stamps()).toEqual(before);
      if (command === undefined) return expect(found?.command).toBeUndefined();
      expect(found?.command?.slice(0, command.length)).toBe(command);
      await box.cure(found?.command ?? "");
      expect((await box.findings()).filter((one) => what.test(one.what))).toEqual([]);
    },
  );

  it("finds nothing where nothing is wrong", async () => {
    const { box } = await healthy();
    expect(await box.findings()).toEqual([]);
    expect(await box.run("doctor", "--quiet")).toMatchObject({ code: 0, err: "" });
  });

  it("prints commands for the store that --store named", async () => {
    const { box, id } = await healthy("argument");
    const { harm, what } = DAMAGES[0]!;
    await harm(box, id);
    const [found] = (await box.findings()).filter((one) => what.test(one.what));
    expect(found?.command).toMatch(/^agentlog repair sess_\S+ --store '.*'\\''.*'$/);
    await box.cure(found?.command ?? "");
    expect(await box.findings()).toEqual([]);
  });

  it("says which store there would be, and that is no problem", async () => {
    const box = clinic();
    const { code, out } = await box.run("doctor");
    expect([code, out]).toEqual([0, expect.stringContaining(`${box.root}, given by AGENTLOG_HOME; not made yet`)]);
    expect(out).toContain("nothing that needs mending");
    expect(treeOf(box.root)).toEqual({});
  });

  it("looks no further into a store of a newer format", async () => {
    const { box, id } = await healthy();
    await DAMAGES[0]!.harm(box, id);
    writeFileSync(box.layout.storeFile, '{"format":99}');
    const { code, out } = await box.run("doctor");
    expect([code, out]).toEqual([1, expect.stringMatching(/made by a newer version[^]*update agentlog/)]);
    expect(out).not.toMatch(/^. logs/m);
  });

  it("tells of a home that is not there instead of ending", async () => {
    const box = clinic();
    delete box.env["HOME"];
    delete box.env["AGENTLOG_HOME"];
    const { code, out } = await box.run("doctor");
    expect([code, out]).toEqual([1, expect.stringMatching(/HOME is not set[^]*free space/)]);
  });

  it("tells of a store in a folder that is copied to other machines", async () => {
    const box = clinic();
    const root = join(box.dir, "Dropbox", "store");
    await box.run("init", "--store", root);
    const { code, out } = await box.run("doctor", "--store", root);
    expect([code, out]).toEqual([1, expect.stringMatching(/problem: .*Dropbox copies to other machines/)]);
  });

  it("takes a --store that is none for a wrong command line", async () => {
    expect((await clinic().run("doctor", "--store", "")).code).toBe(2);
  });

  it("refuses words that it does not take", async () => {
    const { code, err } = await clinic().run("doctor", "everything");
    expect([code, err]).toEqual([2, expect.stringMatching(/^agentlog: /)]);
  });

  it("--json says the same in one envelope", async () => {
    const { box, id } = await healthy();
    await DAMAGES[0]!.harm(box, id);
    const { code, out, err } = await box.run("doctor", "--json");
    expect([code, err]).toEqual([1, ""]);
    expect(JSON.parse(out)).toMatchObject({
      agentlog: 1,
      command: "doctor",
      ok: true,
      data: {
        ok: false,
        store: { root: box.root, rule: "environment" },
        areas: expect.arrayContaining([expect.objectContaining({ check: "logs", logs: 1, damaged: 1 })]),
        findings: expect.arrayContaining([expect.objectContaining({ check: "logs", severity: "problem" })]),
      },
    });
  });
});

describe("agentlog doctor --fix-permissions", () => {
  it("sets the modes of the store's own files, says which, and does it once", async () => {
    const { box, id } = await healthy();
    const { dir, events } = box.layout.session(id);
    const outside = box.write(join(box.home, "outside"), "");
    chmodSync(outside, 0o666);
    mkdirSync(join(box.root, "mine"), { mode: 0o755 });
    chmodSync(dir, 0o777);
    chmodSync(events, 0o444);
    const { code, out } = await box.run("doctor", "--fix-permissions");
    expect([code, out]).toEqual([0, expect.stringContaining("permissions of 2 files and folders changed\n")]);
    expect(out).toContain(`  0777 -> 0700  ${dir}\n  0444 -> 0600  ${events}\n`);
    const after = treeOf(box.dir);
    expect(after[`./home/outside`]).toMatch(/^100666 /);
    expect(after[`./store/mine`]).toMatch(/^40755 /);
    expect((await box.run("doctor", "--fix-permissions")).out).toContain("no permissions were changed\n");
    expect(treeOf(box.dir)).toEqual(after);
  });

  it("touches no folder that is no store, whatever it has in it", async () => {
    const box = clinic();
    for (const name of ["snapshots", "sessions", "mine"])
      mkdirSync(join(box.root, name), { recursive: true, mode: 0o755 });
    chmodSync(box.root, 0o755);
    const before = box.stamps();
    expect((await box.run("doctor", "--fix-permissions")).out).toContain("no permissions were changed\n");
    expect(box.stamps()).toEqual(before);
  });

  it.runIf(process.geteuid?.() === 0)(
    "leaves alone what another user owns and what has a second name, and says so",
    async () => {
      const { box, id } = await healthy();
      const other = box.write(join(box.layout.session(id).dir, "other"), "");
      const second = box.write(join(box.layout.session(id).dir, "second"), "");
      for (const file of [other, second]) chmodSync(file, 0o644);
      chownSync(other, 65_534, 65_534);
      linkSync(second, join(box.home, "elsewhere"));
      const before = treeOf(box.dir);
      const { code, out } = await box.run("doctor", "--fix-permissions");
      expect([code, out]).toEqual([1, expect.stringContaining("no permissions were changed\n")]);
      expect(out).toContain("1 file belong to another user (65534)");
      expect(out).toContain("1 file with a second name elsewhere (hard links)");
      expect(treeOf(box.dir)).toEqual(before);
    },
  );
});

describe("verify --all and repair --all", () => {
  /** Two damaged session logs, a damaged registry, and one session that is whole. */
  async function damaged(): Promise<Clinic> {
    const { box } = await healthy();
    for (const name of ["a", "b"]) appendFileSync(box.layout.session(await box.made(name)).events, "garbage\n");
    appendFileSync(join(box.layout.registryDir, "events.jsonl"), "garbage\n");
    return box;
  }

  it("say and mend what doctor finds, and say so once it is mended", async () => {
    const box = await damaged();
    expect((await box.findings()).map(({ check }) => check)).toEqual(["logs", "logs", "logs"]);
    const verified = await box.run("verify", "--all");
    expect([verified.code, verified.out]).toEqual([1, expect.stringContaining("3 logs, 6 events: 3 damaged")]);
    expect(verified.out).toBe((await box.run("verify")).out);
    const dry = await box.data("repair", "--all", "--dry-run");
    expect(dry).toMatchObject({ dryRun: true, registry: { changed: true } });
    expect((await box.findings()).length).toBe(3);
    const repaired = await box.run("repair", "--all");
    expect([repaired.code, repaired.out]).toEqual([0, expect.stringContaining("3 logs: 2 repaired, 0 failed\n")]);
    expect(await box.findings()).toEqual([]);
    expect(await box.run("verify", "--all")).toMatchObject({ code: 0, out: "3 logs, 6 events: all whole\n" });
    expect((await box.run("repair", "--all")).out).toContain("3 logs: 0 repaired, 0 failed\n");
  });

  it("repair --all goes on past a log that cannot be had", async () => {
    const box = await damaged();
    symlinkSync(box.home, join(box.layout.sessionsDir, newSessionId()));
    const { code, out } = await box.run("repair", "--all");
    expect([code, out]).toEqual([1, expect.stringContaining("4 logs: 2 repaired, 1 failed\n")]);
  });

  it("verify --all finds documents that cannot be read", async () => {
    const { box } = await healthy();
    box.write(join(box.layout.snapshotsDir, "plan", "document.json"), "{");
    const { code, out } = await box.run("verify", "--all");
    expect([code, out]).toEqual([1, expect.stringMatching(/unreadable: .*document\.json/)]);
    expect(await box.data("verify")).toMatchObject({ ok: false, documents: [{ isNewer: false }] });
  });

  it.each([["verify", "s", "--all"], ["repair", "s", "--all"], ["repair", "--registry", "--all"], ["repair"]])(
    "%s %s %s is a wrong command line",
    async (...argv) => {
      const { box } = await healthy();
      expect((await box.run(...argv.filter((word) => word !== undefined))).code).toBe(2);
    },
  );
});
