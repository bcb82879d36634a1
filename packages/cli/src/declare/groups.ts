import { type Declare } from "../program.js";
import { declareAgents } from "./agents.js";
import { declareDocuments } from "./documents.js";
import { declareFinding } from "./finding.js";
import { declareReading } from "./reading.js";
import { declareRecording } from "./recording.js";
import { declareRegistry } from "./registry.js";
import { declareStore } from "./store.js";

/** Commands that belong together, and what the help calls them. */
interface Group {
  readonly heading: string;
  readonly declareGroup: (declare: Declare) => void;
  readonly names: readonly string[];
}

/** In the order of the help. */
const GROUPS: readonly Group[] = [
  { heading: "Find sessions:", declareGroup: declareFinding, names: ["find", "tree"] },
  { heading: "Read them:", declareGroup: declareReading, names: ["ls", "show", "log", "tail"] },
  { heading: "Record them:", declareGroup: declareRecording, names: ["run", "append", "import"] },
  { heading: "Follow agents:", declareGroup: declareAgents, names: ["install", "uninstall", "hook"] },
  {
    heading: "Say what a session is:",
    declareGroup: declareRegistry,
    names: ["alias", "link", "unlink", "parent", "close", "reopen", "merge", "split", "unbind", "sweep", "rebuild"],
  },
  { heading: "Keep documents:", declareGroup: declareDocuments, names: ["snapshot", "binding"] },
  {
    heading: "Look after the store:",
    declareGroup: declareStore,
    names: ["init", "where", "doctor", "verify", "repair"],
  },
];

/**
 * The group whose command stands first, else all: declaring forty commands takes 5 ms, a fifth of a start of Node.
 */
export function declarationsFor(argv: readonly string[]): readonly Group[] {
  const [first = ""] = argv;
  const group = GROUPS.find(({ names }) => names.includes(first));
  return group === undefined ? GROUPS : [group];
}
