import { type ParentEdge, type TreeRow } from "@agentlog/session-registry";
import { type Output } from "../output.js";
import { nameOf, stateOf } from "./record-table.js";
import { shortId } from "./session-table.js";
import { timeAgo } from "./time.js";
import { fitText } from "./width.js";

const COLORS = { fork: "cyan", "sub-agent": "magenta", clear: "blue", continuation: "cyan", manual: "yellow" } as const;
/** Levels that are drawn; deeper ones are indented no further and say how deep they are. */
const DEEPEST_DRAWN = 30;
const MOST_SUB_AGENTS = 10;

/** A line for each session, and below it those of its sub-agents that have no session of their own. */
export function* treeLines(
  rows: readonly TreeRow[],
  output: Output,
  now: number,
  marked: string | undefined,
): Generator<string> {
  // Whether a branch of the tree goes on below, by depth.
  const open: boolean[] = [];
  for (const [at, row] of rows.entries()) {
    open.length = row.depth;
    open[row.depth] = !row.isLast;
    yield sessionLine(row, open, output, now, row.record.session === marked);
    const hasChildren = (rows[at + 1]?.depth ?? 0) > row.depth;
    yield* subAgentLines(row, [...open, hasChildren], output);
  }
}

function sessionLine(row: TreeRow, open: readonly boolean[], output: Output, now: number, isMarked: boolean): string {
  const { record, edge, broken } = row;
  const id = shortId(record.session);
  const parts = [
    isMarked ? output.paint("bold", id) : id,
    edge === undefined ? undefined : edgeWord(edge, output),
    broken === undefined ? undefined : output.paint("red", broken === "cycle" ? "(in a cycle)" : "(parent not known)"),
    stateOf(record, output),
    timeAgo(record.progress, now),
    fitText(record.agent, 10),
    fitText(nameOf(record), Math.max(20, output.columns - 50 - Math.min(row.depth, DEEPEST_DRAWN) * 3)),
  ];
  return `${output.paint("dim", lines(row.depth, open, row.isLast))}${parts.filter((part) => part !== undefined).join("  ")}`;
}

function edgeWord({ kind, by }: ParentEdge, output: Output): string {
  return output.paint(COLORS[kind], by === "inference" ? `${kind}?` : kind);
}

function* subAgentLines({ record, depth }: TreeRow, open: readonly boolean[], output: Output): Generator<string> {
  const shown = record.subAgents.slice(0, MOST_SUB_AGENTS);
  const rest = record.subAgents.length - shown.length;
  for (const [at, { id, name }] of shown.entries()) {
    const isLast = at === shown.length - 1 && rest === 0 && open[depth + 1] !== true;
    const kind = output.paint(COLORS["sub-agent"], "sub-agent");
    yield `${output.paint("dim", lines(depth + 1, open, isLast))}${kind}  ${fitText([name, id].filter(Boolean).join(" "), 60)}`;
  }
  if (rest > 0) yield `${output.paint("dim", lines(depth + 1, open, true))}and ${rest} more sub-agents`;
}

/** The lines in front of a node: those of the branches that go on beside it, and its own. */
function lines(depth: number, open: readonly boolean[], isLast: boolean): string {
  if (depth === 0) return "";
  const drawn = Math.min(depth, DEEPEST_DRAWN);
  const beside = Array.from({ length: drawn - 1 }, (_, at) => (open[at + 1] === true ? "│  " : "   ")).join("");
  return `${beside}${isLast ? "└─ " : "├─ "}${depth > DEEPEST_DRAWN ? `[${depth}] ` : ""}`;
}
