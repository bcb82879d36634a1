import { inspectRegistry, type RegistryReadModel } from "@agentlog/session-registry";
import { removing } from "../command.js";
import { counted } from "../../text/counted.js";
import { type Check, type Examined, type Found } from "../finding.js";
import { type Subject } from "../subject.js";

/** Whether what is kept of the registry, to answer at once, fits the log that it was made from. */
export const readModelsCheck: Check = { name: "read models", ofStore: true, examine };

function examine(subject: Subject): Examined {
  const { layout, disk } = subject;
  const models = layout === undefined ? [] : inspectRegistry({ layout }, { disk });
  const inUse = models.some(({ state }) => state === "in-use") ? ", one in use" : "";
  return {
    summary: models.length === 0 ? "none kept" : `${counted(models.length, "read model")}${inUse}`,
    findings: models.flatMap((model) => judge(subject, model)),
    facts: {
      models: models.map(({ path, name, version, state, current, position }) => {
        return { path, name, version, state, current, seq: position?.seq };
      }),
    },
  };
}

function judge(subject: Subject, model: RegistryReadModel): readonly Found[] {
  const { path, state, current, position, kind } = model;
  const name = `${model.name ?? "the read model"}${model.version === undefined ? "" : ` v${model.version}`}`;
  if (state === "damaged" || (state === "unfit" && current)) {
    const what =
      state === "damaged"
        ? `${name} cannot be read`
        : `${name} stands at event ${position?.seq}, which the log does not have`;
    const why = "the next command that asks the registry meets it, and has to fold the whole log first";
    return [{ severity: "problem", what, where: path, why, command: subject.command("rebuild") }];
  }
  if (current) return [];
  const why = "this version does not read it; another version of agentlog that is used here makes it anew";
  const mend = kind === "file" ? removing([path], { folders: true }) : { advice: "it goes when its database does" };
  return [{ severity: "note", what: `${name} is of another version`, where: path, why, ...mend }];
}
