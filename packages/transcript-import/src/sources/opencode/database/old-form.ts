import { type JsonObject } from "@agentlog/types";
import { defined, isObject, listField, objectField, textField, without } from "../../../records/fields.js";
import { type StoredPart } from "../stored.js";

/** A message in the form of version 1, with its parts. */
export interface OldForm {
  readonly message: JsonObject;
  readonly parts: readonly StoredPart[];
}

/**
 * A message of version 2 in the form of version 1. Its parts have no ids of their own there, and need none: OpenCode only
 * adds to their list.
 */
export function toOldForm(type: string, data: JsonObject): OldForm {
  const { time } = data;
  const whole = (role: string, ...parts: readonly StoredPart[]): OldForm => ({ message: { role, time }, parts });
  const part = (id: string, fields: JsonObject): StoredPart => ({ id, part: fields });
  switch (type) {
    case "user":
      return whole("user", part("text", { type: "text", text: data["text"] }), ...attachments(data));
    case "synthetic":
      return whole("user", part("text", { ...without(data, "time", "id"), type: "text", synthetic: true }));
    case "system":
      return whole("system", part("text", { ...without(data, "time", "id"), type: "text", synthetic: true }));
    case "shell":
      return whole("user", part("shell", shell(data)));
    case "compaction":
      return {
        message: { role: "system", time, tokens: data["tokens"], cost: data["cost"], model: data["model"] },
        parts: [
          part("compaction", {
            ...without(data, "time", "id", "tokens", "cost", "reason"),
            type,
            auto: data["reason"] !== "manual",
          }),
        ],
      };
    case "assistant":
      return assistant(data);
    default:
      return whole("system", part(type, { ...without(data, "id"), type }));
  }
}

function attachments(data: JsonObject): readonly StoredPart[] {
  const files = listField(data, "files").filter(isObject);
  const agents = ["agents", "skills", "references"].flatMap((name) =>
    listField(data, name)
      .filter(isObject)
      .map((one, index) => ({ id: `${name}.${index}`, part: { ...one, type: name.slice(0, -1) } })),
  );
  return [
    ...files.map((file, index) => ({
      id: `file.${index}`,
      part: defined<JsonObject>({
        ...without(file, "uri", "name"),
        type: "file",
        url: file["url"] ?? file["uri"],
        filename: file["filename"] ?? file["name"],
      }),
    })),
    ...agents,
  ];
}

/** A command that a person ran. */
function shell(data: JsonObject): JsonObject {
  const time = objectField(data, "time");
  const ended = time?.["completed"] !== undefined && time["completed"] !== null;
  return {
    type: "tool",
    tool: "shell",
    callID: data["shellID"] ?? data["callID"],
    state: {
      status: ended ? "completed" : "running",
      input: { command: data["command"] },
      output: data["output"],
      metadata: { exit: data["exit"] },
      time: { start: time?.["created"], end: time?.["completed"] },
    },
  };
}

function assistant(data: JsonObject): OldForm {
  const model = objectField(data, "model");
  const time = objectField(data, "time");
  const ended = time?.["completed"] !== undefined && time["completed"] !== null;
  const content = listField(data, "content");
  const parts = content.map((item, index): StoredPart => {
    const isLast = index === content.length - 1;
    return {
      id: `content.${index}`,
      part: isObject(item) ? contentPart(item, time, ended || !isLast) : { value: item },
    };
  });
  const snapshot = objectField(data, "snapshot");
  const files = listField(snapshot, "files");
  const patch = { type: "patch", hash: snapshot?.["end"], files };
  return {
    message: {
      ...without(data, "content", "model", "id", "snapshot"),
      role: "assistant",
      modelID: textField(model, "id"),
      providerID: textField(model, "providerID"),
      variant: textField(model, "variant"),
    },
    parts: ended && files.length > 0 ? [...parts, { id: "patch", part: patch }] : parts,
  };
}

/** @param isWhole nothing is added to it any more */
function contentPart(item: JsonObject, messageTime: JsonObject | undefined, isWhole: boolean): JsonObject {
  const time = objectField(item, "time");
  if (item["type"] === "tool") {
    const { name, id } = item;
    const state = objectField(item, "state") ?? {};
    return {
      ...without(item, "name", "id", "time", "state"),
      type: "tool",
      tool: name,
      callID: id,
      state: { ...state, time: { start: time?.["ran"] ?? time?.["created"], end: time?.["completed"] } },
    };
  }
  const start = time?.["created"] ?? messageTime?.["created"];
  const end = time?.["completed"] ?? (isWhole ? start : undefined);
  return { ...item, time: defined<JsonObject>({ start, end }) };
}
