import { type StandardSchemaV1 } from "@standard-schema/spec";
import { type Judge } from "./core.js";

const MOST_ISSUES = 3;
const LONGEST_ISSUE = 160;

/** A judge that asks a schema; without one everything passes. */
export function judgeBy(schema: StandardSchemaV1 | undefined): Judge {
  if (schema === undefined) return () => Promise.resolve(undefined);
  return async (document) => {
    let issues: readonly StandardSchemaV1.Issue[] | undefined;
    try {
      ({ issues } = await schema["~standard"].validate(document));
    } catch {
      return "its schema threw an error";
    }
    if (issues === undefined) return undefined;
    const more = issues.length > MOST_ISSUES ? ` and ${issues.length - MOST_ISSUES} more` : "";
    return `its schema refuses it: ${issues.slice(0, MOST_ISSUES).map(describe).join("; ")}${more}`;
  };
}

function describe({ path = [], message }: StandardSchemaV1.Issue): string {
  const place = path.map((part) => String(typeof part === "object" ? part.key : part)).join(".");
  // One line: what a schema says may hold anything, a document's own keys too.
  return `${place === "" ? "document" : place}: ${message}`.replace(/\s+/g, " ").slice(0, LONGEST_ISSUE);
}
