import { capture } from "./capture.js";
import { leave } from "./leave.js";

// A hook never fails: what went wrong is noted in the store, and the agent is told that all is well.
process.exitCode = 0;
process.on("uncaughtException", () => process.exit(0));

capture(process.argv.slice(2), (heldOpen) => {
  if (heldOpen) leave();
  // All is written: what Node would still take down is nobody's.
  process.exit(0);
});
