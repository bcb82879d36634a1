import { type StoredEvent } from "@agentlog/event-log";
import { type Output } from "../output.js";
import { fitText } from "./width.js";

/** One event on one line: number, time of day, type, and of its data what says most. Safe to print. */
export function eventLine(event: StoredEvent, output: Output, prefix = ""): string {
  const seq = `#${event.seq}`.padStart(6);
  const time = event.time.slice(11, 23);
  const type = fitText(event.type, 24).padEnd(24);
  const room = Math.max(16, output.columns - seq.length - time.length - 24 - 3 - prefix.length);
  const gist = fitText(gistOf(event.data as Readonly<Record<string, unknown>>), room);
  return `${prefix}${output.paint("dim", seq)} ${output.paint("dim", time)} ${output.paint(colorOf(event.type), type)} ${gist}`.trimEnd();
}

/** Fields that say what an event is about, the most telling first. */
const TELLING = [
  "text",
  "title",
  "prompt",
  "command",
  "error",
  "reason",
  "outcome",
  "name",
  "path",
  "step",
  "agent",
  "model",
  "to",
  "decision",
];

function gistOf(data: Readonly<Record<string, unknown>>): string {
  const role = typeof data["role"] === "string" ? `${data["role"]}: ` : "";
  const kind = typeof data["kind"] === "string" && typeof data["name"] === "string" ? `${data["name"]} ` : "";
  if (kind !== "" && "input" in data) return `${kind}${JSON.stringify(data["input"])}`;
  for (const field of TELLING) {
    const value = Object.hasOwn(data, field) ? data[field] : undefined;
    if (typeof value === "string" && value !== "") return `${role}${value}`;
    if (field === "command" && Array.isArray(value)) return value.join(" ");
  }
  const text = JSON.stringify(data);
  return text === "{}" ? "" : text;
}

function colorOf(type: string): "red" | "green" | "cyan" | "yellow" | "dim" {
  if (type.endsWith(".failed") || type.endsWith(".denied")) return "red";
  if (type.endsWith(".completed")) return "green";
  if (type.startsWith("session.")) return "yellow";
  return type.startsWith("message.") || type.startsWith("tool.") ? "cyan" : "dim";
}
