import { type JsonObject } from "@agentlog/types";
import { objectField } from "../../../records/fields.js";
import { msIn } from "../time.js";

// A log is only appended to, so what may still change must not get into it. Every answer of these functions follows from
// the stored bytes and the time now.

/** `calling`: a tool runs, so its input is final and its result is not there. `growing`: nothing of the part is final. */
export type Progress = "done" | "calling" | "growing";

/** How far a part is, going by itself alone. */
export function progressOf(part: JsonObject): Progress {
  switch (part["type"]) {
    case "text":
    case "reasoning": {
      const time = objectField(part, "time");
      // A text that a person typed has no time of its own.
      return time === undefined || msIn(time, "end") !== undefined ? "done" : "growing";
    }
    case "tool": {
      const status = objectField(part, "state")?.["status"];
      if (status === "running") return "calling";
      return status === "pending" || status === "streaming" ? "growing" : "done";
    }
    case "compaction":
      return part["status"] === "running" ? "growing" : "done";
    default:
      return "done";
  }
}

/** When a part began. */
export function startOf(part: JsonObject): number | undefined {
  return msIn(objectField(objectField(part, "state"), "time") ?? objectField(part, "time"), "start");
}

/** True when OpenCode says itself that nothing is added to the message any more. */
export function isClosed(message: JsonObject): boolean {
  if (message["role"] !== "assistant") return true;
  return msIn(objectField(message, "time"), "completed") !== undefined || objectField(message, "error") !== undefined;
}
