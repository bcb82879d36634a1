import fs from "node:fs";
import path from "node:path";
import { FAMILIES } from "./families.js";
import { type FamilyOrder, type FamilyReport } from "./family-order.js";
import { createInterleave } from "./harness.js";
import { createQuietGate } from "./quiet.js";

/** Measures one family and writes what came of it: `family-child.js <order as JSON>`. */
const order = JSON.parse(process.argv[2] ?? "") as FamilyOrder;
const family = FAMILIES.find(({ name }) => name === order.family);
if (family === undefined) throw new Error(`no family ${order.family}`);

const gate = order.quick ? createQuietGate(500, 2_000) : createQuietGate(6_000, 30_000);
const folder = path.join(order.folder, `${family.name}-${process.versions.node}`);
fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
try {
  const { fixtures, quick, sessions } = order;
  const results = await family.measure({
    folder,
    fixtures,
    quick,
    sessions,
    interleave: createInterleave(gate, quick),
  });
  const report: FamilyReport = { ...results, waits: gate.waits, gaveUp: gate.gaveUp };
  fs.writeFileSync(order.report, JSON.stringify(report));
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
