import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { clinic } from "../doctor/testing/clinic.js";
import { TOGETHER } from "../doctor/testing/damages.js";
import { BINARY } from "../testing/agentlog.js";
import { firstUnsafe } from "../testing/printable.js";

const doctor = (env: NodeJS.ProcessEnv): { status: number | null; out: Buffer; err: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BINARY, "doctor"], { env });
  return { status, out: stdout, err: String(stderr) };
};

it("changes nothing of a store that is damaged all over, and what it prints, run as it stands, mends it", async () => {
  const box = clinic();
  const id = await box.made("s");
  for (const { harm } of TOGETHER) await harm(box, id);
  const before = box.stamps();
  const { status, out, err } = doctor(box.env);
  expect(box.stamps()).toEqual(before);
  expect([status, err, firstUnsafe(out)]).toEqual([1, "", undefined]);
  const text = String(out);
  for (const { what, name } of TOGETHER) {
    const told = text.split("\n").map((line) => line.replace(/^ +(?:problem|note): /, ""));
    expect(
      told.some((line) => what.test(line)),
      name,
    ).toBe(true);
  }
  const commands = [...text.matchAll(/^ +mend {3}(\S+ .*)$/gm)].map(([, command = ""]) => command);
  for (const command of new Set(commands.filter((line) => /^(?:agentlog|rm|mv|chmod) /.test(line))))
    await box.cure(command);
  const after = await box.run("doctor");
  expect([after.code, after.out]).toEqual([0, expect.stringMatching(/\d notes?: nothing that needs mending\n$/)]);
}, 60_000);

it("is loaded by no other command", () => {
  for (const file of ["agentlog.cjs", "hook.cjs", "open-store.cjs", "main.cjs"])
    expect(readFileSync(join(BINARY, "..", file), "utf8")).not.toContain("could not be checked");
});
