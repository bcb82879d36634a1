import { it } from "vitest";
import { proveSeveral } from "./fixtures/several-processes.js";

it("[PR-3] four processes fold into one file store, others are killed, and each event counts once", async () => {
  await proveSeveral("file", 150, 6);
}, 120_000);
