import { boolean, enum as oneOf, exactOptional as opt, int, looseObject, string } from "zod";
import { jsonValueSchema } from "./json.js";
import {
  blobRefSchema,
  count,
  duration,
  exitCode,
  list,
  ordinal,
  sessionIdSchema,
  sha256,
  toolKindSchema,
} from "./scalars.js";

const port = int().min(1).max(65_535);

const result = {
  callId: string(),
  name: opt(string()),
  kind: opt(toolKindSchema),
  output: opt(jsonValueSchema),
  outputBlob: opt(blobRefSchema),
  durationMs: opt(duration),
  exitCode: opt(exitCode),
};

/** Data of the agent and tool kinds and of what they do to the machine, by event type. */
export const agentData = {
  "agent.started": looseObject({ agent: string(), role: opt(string()), model: opt(string()) }),
  "agent.spawned": looseObject({
    agent: string(),
    parent: opt(string()),
    role: opt(string()),
    model: opt(string()),
    prompt: opt(string()),
    callId: opt(string()),
    session: opt(sessionIdSchema),
    background: opt(boolean()),
  }),
  "agent.handed-off": looseObject({ from: string(), to: string(), reason: opt(string()), summary: opt(string()) }),
  "agent.collaborated": looseObject({ agent: string(), with: list(string()), topic: opt(string()) }),
  "agent.returned": looseObject({
    agent: string(),
    to: opt(string()),
    summary: opt(string()),
    callId: opt(string()),
  }),
  "agent.completed": looseObject({ agent: string(), summary: opt(string()), durationMs: opt(duration) }),
  "agent.failed": looseObject({ agent: string(), error: string(), durationMs: opt(duration) }),
  "tool.called": looseObject({
    callId: string(),
    name: string(),
    kind: toolKindSchema,
    input: opt(jsonValueSchema),
    inputBlob: opt(blobRefSchema),
  }),
  "tool.completed": looseObject(result),
  "tool.failed": looseObject({ ...result, error: string(), interrupted: opt(boolean()) }),
  "file.read": looseObject({
    path: string(),
    callId: opt(string()),
    startLine: opt(ordinal),
    lines: opt(count),
    bytes: opt(count),
  }),
  "file.written": looseObject({
    path: string(),
    callId: opt(string()),
    change: opt(oneOf(["created", "modified"])),
    bytes: opt(count),
    addedLines: opt(count),
    removedLines: opt(count),
    sha256: opt(sha256),
  }),
  "file.deleted": looseObject({ path: string(), callId: opt(string()) }),
  "port.opened": looseObject({
    port,
    protocol: opt(oneOf(["tcp", "udp"])),
    address: opt(string()),
    pid: opt(count),
    callId: opt(string()),
  }),
  "network.connected": looseObject({
    host: string(),
    port: opt(port),
    protocol: opt(string()),
    callId: opt(string()),
  }),
  "process.started": looseObject({
    command: list(string()),
    pid: opt(count),
    cwd: opt(string()),
    callId: opt(string()),
  }),
  "process.completed": looseObject({
    pid: opt(count),
    command: opt(list(string())),
    exitCode: opt(exitCode),
    signal: opt(string()),
    durationMs: opt(duration),
    callId: opt(string()),
  }),
  "artifact.referenced": looseObject({
    path: opt(string()),
    uri: opt(string()),
    title: opt(string()),
    sha256: opt(sha256),
    mediaType: opt(string()),
    bytes: opt(count),
  }).refine(({ path, uri }) => path !== undefined || uri !== undefined, "expected a path or a uri"),
};
