import { type ContinuationKind, type LoopRecord, type LoopStatus } from "@agentlog/types";

/** A loop that begins. */
export interface Beginning {
  readonly id: string;
  readonly agent: string | undefined;
  readonly time: string;
  readonly parentLoop?: string | undefined;
  readonly continuation?: ContinuationKind | undefined;
  readonly inferred?: boolean;
}

/** The loops of a session while they are folded: found by id and by who is running one, whatever their number. */
export interface Loops {
  get(id: string): LoopRecord | undefined;
  /** The loop an agent began last and has not ended; undefined for the main agent is the main agent's. */
  running(agent: string | undefined): LoopRecord | undefined;
  /** The loop an agent began last, ended or not. */
  latest(agent: string | undefined): LoopRecord | undefined;
  allRunning(): readonly LoopRecord[];
  /** Undefined when there is one with that id. */
  begin(beginning: Beginning): LoopRecord | undefined;
  end(loop: LoopRecord, status: Exclude<LoopStatus, "running">, time: string, reason?: string): void;
}

const LONGEST_REASON = 500;

/** Works on the very list it is given, and adds to its end alone [P1]. */
export function loopsIn(list: LoopRecord[]): Loops {
  const byId = new Map(list.map((loop) => [loop.id, loop]));
  const latest = new Map(list.map((loop) => [loop.agent, loop]));
  const open = new Map<string | undefined, LoopRecord[]>();
  const opened = (loop: LoopRecord): void => {
    const of = open.get(loop.agent);
    if (of === undefined) open.set(loop.agent, [loop]);
    else of.push(loop);
  };
  for (const loop of list) if (loop.status === "running") opened(loop);

  return {
    get: (id) => byId.get(id),
    running: (agent) => open.get(agent)?.at(-1),
    latest: (agent) => latest.get(agent),
    allRunning: () => [...open.values()].flat(),
    begin: ({ id, agent, time, parentLoop, continuation, inferred = false }) => {
      if (byId.has(id)) return undefined;
      const before = latest.get(agent);
      const parent = parentLoop ?? before?.id;
      const loop: LoopRecord = {
        id,
        ...(agent === undefined ? {} : { agent }),
        ...(parent === undefined ? {} : { parentLoop: parent }),
        continuation: continuation ?? (before === undefined ? "initial" : "default"),
        ...(inferred ? { inferred } : {}),
        startedAt: time,
        status: "running",
        usage: { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 },
        messages: [],
        childLoops: [],
      };
      list.push(loop);
      byId.set(id, loop);
      latest.set(agent, loop);
      opened(loop);
      // What begins anew below another loop was spawned by it; what goes on, repeats or branches is no child of it.
      const spawner = loop.continuation === "initial" && parent !== undefined ? byId.get(parent) : undefined;
      spawner?.childLoops.push(id);
      return loop;
    },
    end: (loop, status, time, reason) => {
      if (loop.status !== "running") return;
      loop.status = status;
      loop.endedAt = time < loop.startedAt ? loop.startedAt : time;
      if (reason !== undefined) loop.reason = reason.slice(0, LONGEST_REASON);
      open.set(
        loop.agent,
        (open.get(loop.agent) ?? []).filter((each) => each !== loop),
      );
    },
  };
}
