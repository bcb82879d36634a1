import { agentlogError } from "@agentlog/types";

/** Whether an event's type fits a pattern in which `*` stands for anything: `tool.*`, `*.failed`. No pattern fits all. */
export function typeFilter(pattern: string | undefined): (type: string) => boolean {
  if (pattern === undefined) return () => true;
  if (pattern === "")
    throw agentlogError("USAGE", "--type is empty; give a type such as tool.called, or tool.*", {
      hint: "give a type",
    });
  const parts = pattern.split("*");
  const first = parts[0] ?? "";
  const last = parts.at(-1) ?? "";
  if (parts.length === 1) return (type) => type === pattern;
  // No regular expression: a pattern from outside must not be able to take exponential time.
  return (type) => {
    if (!type.startsWith(first) || !type.endsWith(last) || type.length < first.length + last.length) return false;
    let at = first.length;
    const end = type.length - last.length;
    for (const part of parts.slice(1, -1)) {
      const found = type.indexOf(part, at);
      if (found === -1 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
}
