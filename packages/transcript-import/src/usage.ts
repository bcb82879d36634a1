import { type JsonObject } from "@agentlog/types";
import { countField, durationField, objectField, textField } from "./records/fields.js";

/** As much of an event as is looked at; events of every other type than `usage.recorded` count nothing. */
export interface UsageEvent {
  readonly id: string;
  readonly type: string;
  readonly data: object;
  readonly source?: object | undefined;
  readonly actor?: object | undefined;
  readonly meta?: object | undefined;
}

/** What was used. Tokens read from a cache and written into one are none of the input. */
export interface UsageSum {
  /** Answers that were added up, each once. */
  readonly answers: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  /** As the agents reported it; absent when none of these answers had a cost. */
  readonly costUsd?: number;
}

export interface ModelUsage extends UsageSum {
  /** Absent: the agent did not say. */
  readonly model?: string;
}

export interface UsageReport extends UsageSum {
  /** Sorted by model, the unknown one first. */
  readonly byModel: readonly ModelUsage[];
}

export interface UsageTotals {
  /** Takes an event into account, unless its answer is. */
  add(event: UsageEvent): void;
  /** Of all there was so far. */
  report(): UsageReport;
}

/**
 * Adds up the usage of one session, or of a family: a session with its forks and sub-agents, in any order. Each answer of a
 * model counts once, however many logs tell it, so that a fork's copy of its parent's history costs nothing. Answers are the
 * same when they have
 *
 * - the same `messageId` and `requestId`,
 * - without one, the same record's uuid in `meta.<agent>`, and the same model, of which one record may tell several,
 * - without both, the same event id.
 *
 * Where tellings of an answer differ, the one with the most output counts: the others were made before it was whole. Figures
 * that are no counts are taken for 0. Pure: no clock and no disk. Memory grows with the number of answers.
 */
export function createUsageTotals(): UsageTotals {
  const answers = new Map<string, Answer>();
  return {
    add: (event) => {
      if (event.type !== "usage.recorded") return;
      const answer = readAnswer(event);
      const key = keyOf(event, answer);
      const known = answers.get(key);
      if (known === undefined || compare(answer, known) > 0) answers.set(key, answer);
    },
    report: () => {
      const byModel = new Map<string, Answer[]>();
      for (const answer of answers.values()) {
        const list = byModel.get(answer.model);
        if (list === undefined) byModel.set(answer.model, [answer]);
        else list.push(answer);
      }
      const models = [...byModel].toSorted(([a], [b]) => (a < b ? -1 : 1));
      return {
        ...sum([...answers.values()]),
        byModel: models.map(([model, list]) => ({ ...(model === "" ? {} : { model }), ...sum(list) })),
      };
    },
  };
}

/** One telling of an answer. */
interface Answer {
  /** Empty: not known. */
  readonly model: string;
  readonly counts: Readonly<Record<Count, number>>;
  readonly costUsd: number | undefined;
}

type Count = (typeof COUNTS)[number];

/** In the order in which they decide which of two tellings is the later one. */
const COUNTS = ["outputTokens", "inputTokens", "cacheReadTokens", "cacheWriteTokens"] as const;

function readAnswer({ data }: UsageEvent): Answer {
  const fields = data as JsonObject;
  const count = (name: Count): number => countField(fields, name) ?? 0;
  return {
    model: textField(fields, "model") ?? "",
    counts: {
      outputTokens: count("outputTokens"),
      inputTokens: count("inputTokens"),
      cacheReadTokens: count("cacheReadTokens"),
      cacheWriteTokens: count("cacheWriteTokens"),
    },
    costUsd: durationField(fields, "costUsd"),
  };
}

function keyOf({ id, data, source, actor, meta }: UsageEvent, { model }: Answer): string {
  const agent = textField(source as JsonObject, "agent") ?? textField(actor as JsonObject, "agent") ?? "";
  const [messageId, requestId] = ["messageId", "requestId"].map((name) => textField(data as JsonObject, name));
  if (messageId !== undefined) return JSON.stringify(["message", agent, messageId, requestId ?? null]);
  const about = objectField(meta as JsonObject, agent);
  const uuid = textField(about, "uuid") ?? textField(about, "id");
  return JSON.stringify(uuid === undefined ? ["event", id] : ["record", agent, uuid, model]);
}

/** A total order, so that which telling counts does not depend on which came first. */
function compare(a: Answer, b: Answer): number {
  for (const name of COUNTS) if (a.counts[name] !== b.counts[name]) return a.counts[name] - b.counts[name];
  const [cost, other] = [a.costUsd ?? -1, b.costUsd ?? -1];
  if (cost !== other) return cost - other;
  return a.model === b.model ? 0 : a.model < b.model ? -1 : 1;
}

function sum(answers: readonly Answer[]): UsageSum {
  const total = (name: Count): number => answers.reduce((so, { counts }) => so + counts[name], 0);
  // Sorted, because a sum of fractions depends on their order, and the answers come in any.
  const costs = answers.flatMap(({ costUsd }) => costUsd ?? []).toSorted((a, b) => a - b);
  return {
    answers: answers.length,
    inputTokens: total("inputTokens"),
    outputTokens: total("outputTokens"),
    cacheReadTokens: total("cacheReadTokens"),
    cacheWriteTokens: total("cacheWriteTokens"),
    ...(costs.length === 0 ? {} : { costUsd: costs.reduce((so, cost) => so + cost, 0) }),
  };
}
