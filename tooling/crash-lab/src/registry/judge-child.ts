import { openStore } from "@agentlog/durable-fs";
import { readAcknowledgements } from "../common/acknowledgements.js";
import { judgeRegistry } from "./judge.js";

/** Judges a registry under the Node it is started with, and prints the outcome: `<root> <acknowledgements> <kind>`. */
const [, , root = "", acknowledgements = "", kind] = process.argv;
const { layout } = openStore(root);
const outcome = await judgeRegistry(layout, readAcknowledgements(acknowledgements), {
  kind: kind === "sqlite" ? kind : "file",
});
console.log(JSON.stringify(outcome));
