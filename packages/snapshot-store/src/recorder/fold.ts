import {
  CONTINUATION_KINDS,
  FORMATIONS,
  LOOP_STATUSES,
  SESSION_SCOPES,
  type LoopRecord,
  type SessionDocument,
} from "@agentlog/types";
import { fieldOf, oneOf, roleOf, textOf, timeOf, type FoldedEvent } from "./event-fields.js";
import { addMessage, addUsage } from "./loop-content.js";
import { loopsIn } from "./loops.js";

/** Folds a session's events into its document, one after the other. */
export interface SessionFold {
  /** Events go in in the order of their log, each once. Never throws, whatever they hold. */
  apply(event: FoldedEvent): void;
  /** Undefined before the first event of a session nobody has folded yet. */
  document(): SessionDocument | undefined;
}

export interface SessionFoldOptions {
  readonly sessionId: string;
  /** Default: the agent named by the session's start, or by the first event that names one. */
  readonly agentId?: string | undefined;
  /** Where a fold before this one stopped. It is left as it is. */
  readonly from?: SessionDocument | undefined;
}

/** What of a conversation begins a loop where nobody named one. */
const OPENING: ReadonlySet<string> = new Set(["message.sent", "reasoning.recorded", "tool.called", "usage.recorded"]);

/** The reason of a loop that a compaction ended: it tells the next one how it came about. */
const COMPACTED = "compacted";

const OUTCOMES = { success: "completed", failure: "failed", aborted: "aborted" } as const;

/** The whole state is in the document: folding on from one is the same as folding everything again. */
export function createSessionFold({ sessionId, agentId, from }: SessionFoldOptions): SessionFold {
  let document = from === undefined ? undefined : structuredClone(from);
  let loops = loopsIn(document?.loops ?? []);
  let counted = new Set(document?.counted);

  const begin = (event: FoldedEvent, time: string): SessionDocument => {
    const isExplicit = event.type === "session.started";
    const made: SessionDocument = {
      sessionId,
      createdAt: time,
      lastActiveAt: time,
      formation: oneOf(event.data, "formation", FORMATIONS) ?? (isExplicit ? "explicit" : "first-loop"),
      scope: oneOf(event.data, "scope", SESSION_SCOPES) ?? "persistent",
      loops: [],
      position: { seq: -1 },
      counted: [],
    };
    loops = loopsIn(made.loops);
    counted = new Set();
    return made;
  };

  /** What is known of an event before its kind is looked at. */
  interface Step {
    readonly event: FoldedEvent;
    readonly document: SessionDocument;
    readonly time: string;
    /** The time of the event before. */
    readonly before: string;
  }

  /** Whose event it is: the sub-agent that is known by one of the actor's names, or the main agent. */
  const agentOf = ({ event }: Step): string | undefined => {
    const actor = fieldOf(event, "actor");
    const names = ["instance", "name"].map((name) => textOf(actor, name)).filter((name) => name !== undefined);
    const known = names.find((name) => loops.running(name) !== undefined);
    return known ?? (textOf(actor, "role") === "sub-agent" ? names[0] : undefined);
  };

  const beginInferred = (step: Step, agent: string | undefined, spawner?: LoopRecord): LoopRecord | undefined => {
    let id = `at-${step.event.seq}`;
    while (loops.get(id) !== undefined) id += "'";
    const last = loops.latest(agent);
    return loops.begin({
      id,
      agent,
      time: step.time,
      parentLoop: last?.id ?? spawner?.id,
      continuation: last?.reason === COMPACTED ? "compaction" : undefined,
      inferred: true,
    });
  };

  /** The loop something belongs to; begun when there is none. A prompt after an answer begins the next one. */
  const loopFor = (step: Step): LoopRecord | undefined => {
    const named = textOf(fieldOf(step.event, "meta"), "loop");
    const found = named === undefined ? undefined : loops.get(named);
    if (found !== undefined) return found;
    const agent = agentOf(step);
    const running = loops.running(agent);
    if (running !== undefined && !isNextPrompt(step.event, running)) return running;
    if (running !== undefined) loops.end(running, "completed", step.before);
    return beginInferred(step, agent, agent === undefined ? undefined : loops.running(undefined));
  };

  const spawn = (step: Step, agent: string): void => {
    if (loops.running(agent) !== undefined) return;
    const parent = textOf(step.event.data, "parent");
    const spawner = (parent === undefined ? undefined : loops.running(parent)) ?? loopFor(step);
    beginInferred(step, agent, spawner);
  };

  const endAgent = (
    { time }: Step,
    agent: string | undefined,
    status: "completed" | "failed",
    reason?: string,
  ): void => {
    const loop = agent === undefined ? undefined : loops.running(agent);
    if (loop?.inferred === true) loops.end(loop, status, time, reason);
  };

  const kinds: Readonly<Record<string, (step: Step) => void>> = {
    "session.started": ({ event, document: into }) => {
      const parent = textOf(event.data, "parent");
      if (parent !== undefined && into.parentSpawn === undefined) {
        const [loop, callId] = [textOf(event.data, "parentLoop"), textOf(event.data, "callId")];
        into.parentSpawn = { session: parent, ...(loop && { loop }), ...(callId && { callId }) };
      }
    },
    "session.resumed": ({ before }) => {
      // What still ran had a writer that is gone without a word.
      for (const loop of loops.allRunning()) loops.end(loop, "aborted", before);
    },
    "session.ended": ({ event, time }) => {
      const outcome = oneOf(event.data, "outcome", ["success", "failure", "aborted"] as const) ?? "aborted";
      for (const loop of loops.allRunning()) {
        loops.end(loop, loop.agent === undefined ? OUTCOMES[outcome] : "aborted", time, textOf(event.data, "error"));
      }
    },
    "context.compacted": (step) => {
      const loop = loops.running(agentOf(step));
      if (loop?.inferred === true) loops.end(loop, "completed", step.time, COMPACTED);
    },
    "loop.started": (step) => {
      const { data } = step.event;
      const [id, agent] = [textOf(data, "loop"), textOf(data, "agent")];
      if (id === undefined || loops.get(id) !== undefined) return;
      const inferred = loops.running(agent);
      if (inferred?.inferred === true) loops.end(inferred, "completed", step.before);
      const continuation = oneOf(data, "continuation", CONTINUATION_KINDS);
      loops.begin({ id, agent, time: step.time, parentLoop: textOf(data, "parentLoop"), continuation });
    },
    "loop.ended": ({ event: { data }, time }) => {
      const loop = loops.get(textOf(data, "loop") ?? "");
      const status = oneOf(data, "status", LOOP_STATUSES);
      if (loop === undefined) return;
      loops.end(
        loop,
        status === undefined || status === "running" ? "completed" : status,
        time,
        textOf(data, "reason"),
      );
    },
    "agent.started": (step) => {
      const agent = textOf(step.event.data, "agent");
      if (agent !== undefined && loops.running(agent) === undefined) beginInferred(step, agent);
    },
    "agent.spawned": (step) => {
      const agent = textOf(step.event.data, "agent");
      if (agent !== undefined) spawn(step, agent);
    },
    "agent.returned": (step) => endAgent(step, textOf(step.event.data, "agent"), "completed"),
    "agent.completed": (step) => endAgent(step, textOf(step.event.data, "agent"), "completed"),
    "agent.failed": (step) => {
      const { data } = step.event;
      endAgent(step, textOf(data, "agent"), "failed", textOf(data, "error"));
    },
  };

  return {
    document: () => document && { ...document, counted: [...counted] },
    apply: (event) => {
      const time = timeOf(event.time) ?? document?.lastActiveAt ?? new Date(0).toISOString();
      document ??= begin(event, time);
      const before = document.lastActiveAt;
      const step: Step = { event, document, time, before };
      const owner = document.agentId ?? agentId ?? agentNamed(event);
      if (owner !== undefined) document.agentId = owner;
      if (Object.hasOwn(kinds, event.type)) kinds[event.type]?.(step);
      else if (OPENING.has(event.type)) {
        const loop = loopFor(step);
        if (loop !== undefined && event.type === "message.sent") addMessage(loop, event, time);
        if (loop !== undefined && event.type === "usage.recorded") addUsage(loop, event, counted);
      }
      if (time > before) document.lastActiveAt = time;
      document.position = { seq: event.seq, id: event.id };
    },
  };
}

/** A person's message in a loop that nobody named and that has its answer. */
function isNextPrompt({ type, data }: FoldedEvent, running: LoopRecord): boolean {
  if (type !== "message.sent" || running.inferred !== true || roleOf(data) !== "user") return false;
  if (fieldOf(data, "synthetic") === true) return false;
  return running.messages.some(({ role }) => role === "assistant");
}

function agentNamed(event: FoldedEvent): string | undefined {
  const own = event.type.startsWith("session.") ? textOf(event.data, "agent") : undefined;
  return own ?? textOf(fieldOf(event, "source"), "agent");
}
