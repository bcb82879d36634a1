import { type Declare } from "../program.js";
import { declareAgents } from "./agents.js";
import { declareDocuments } from "./documents.js";
import { declareFinding } from "./finding.js";
import { declareReading } from "./reading.js";
import { declareRecording } from "./recording.js";
import { declareRegistry } from "./registry.js";
import { declareStore } from "./store.js";

type Declaration = (declare: Declare) => void;

/** In the order of the help. */
const GROUPS: readonly (readonly [Declaration, readonly string[]])[] = [
  [declareStore, ["init", "where", "verify", "repair"]],
  [declareRecording, ["run", "append", "import"]],
  [declareReading, ["ls", "show", "log", "tail"]],
  [declareFinding, ["find", "tree"]],
  [
    declareRegistry,
    ["alias", "link", "unlink", "parent", "close", "reopen", "merge", "split", "unbind", "sweep", "rebuild"],
  ],
  [declareAgents, ["install", "uninstall", "hook"]],
  [declareDocuments, ["snapshot", "binding"]],
];

/**
 * The declarations of the group whose command stands first, else of all: declaring forty commands takes 5 ms, a fifth of a
 * start of Node.
 */
export function declarationsFor(argv: readonly string[]): readonly Declaration[] {
  const [first = ""] = argv;
  const group = GROUPS.find(([, names]) => names.includes(first));
  return group === undefined ? GROUPS.map(([declare]) => declare) : [group[0]];
}
