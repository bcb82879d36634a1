import { quoteForShell } from "../../install/command-line.js";
import { counted } from "../../text/counted.js";
import { type Check, type Examined, type Found } from "../finding.js";
import { unreadableDocuments, type UnreadableDocument } from "../documents.js";
import { type Subject } from "../subject.js";

/** Whether the documents and the bindings can be read. */
export const documentsCheck: Check = { name: "documents", ofStore: true, examine };

async function examine({ layout, disk }: Subject): Promise<Examined> {
  if (layout === undefined) return { summary: "none", findings: [] };
  const { documents, bindings, unreadable } = await unreadableDocuments(layout, disk);
  return {
    summary: `${counted(documents, "document")}, ${counted(bindings, "binding")}`,
    findings: unreadable.map(describe),
    facts: { documents, bindings },
  };
}

function describe({ path, message, isNewer }: UnreadableDocument): Found {
  const found: Found = {
    severity: "problem",
    what: message,
    where: path,
    why: isNewer ? "this version can neither read it nor save over it" : "it cannot be read",
  };
  if (isNewer) return found;
  const advice = "moves it aside, so that it can be saved anew; what older versions of it were kept stay";
  return { ...found, command: quoteForShell(["mv", "--", path, `${path}.unreadable`]), advice };
}
