import { type JsonObject, type UsageRecorded } from "@agentlog/types";
import { countField, defined, isObject, objectField, textField } from "../../../records/fields.js";
import { type ImportedEvent } from "../../../source.js";
import { eventOf, namedEventOf, type RecordContext } from "../record.js";

/**
 * The usage of a session, summed up right. An answer has its output tokens alone; what it took to get it, input and cache, is
 * told when a run ends, by model and for the whole session so far. So an answer's output is told with it, and the end of a run
 * tells what is still missing: a session that never ended has its output, one that did has all.
 */
export interface Usage {
  /** The output of an answer, once for each message. */
  answer(context: RecordContext, model: string | undefined): readonly ImportedEvent[];
  /** What the end of a run adds. */
  end(context: RecordContext): readonly ImportedEvent[];
}

interface Totals {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

const NONE: Totals = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

export function createUsage(): Usage {
  const messages = new Set<string>();
  // Output that was told since the last end, by model.
  const told = new Map<string, number>();
  const before = new Map<string, Totals>();

  return {
    answer: (context, model) => {
      const { data } = context;
      const output = countField(data, "outputTokens") ?? 0;
      const messageId = textField(data, "messageId");
      const request = JSON.stringify([messageId ?? context.key, textField(data, "requestId") ?? null]);
      if (output === 0 || messages.has(request)) return [];
      messages.add(request);
      told.set(model ?? "", (told.get(model ?? "") ?? 0) + output);
      const requestId = textField(data, "requestId");
      const usage = defined<UsageRecorded>({ inputTokens: 0, outputTokens: output, model, messageId, requestId });
      return [namedEventOf(context, "usage.recorded", `usage/${request}`, usage)];
    },
    end: (context) => {
      const metrics = Object.entries(objectField(context.data, "modelMetrics") ?? {});
      let unnamed = told.get("") ?? 0;
      const events = metrics.flatMap(([model, about]) => {
        const totals = totalsIn(isObject(about) ? objectField(about, "usage") : undefined);
        if (totals === undefined) return [];
        const added = since(before.get(model), totals);
        before.set(model, totals);
        const missing = Math.max(0, added.output - (told.get(model) ?? 0));
        const output = Math.max(0, missing - unnamed);
        unnamed -= missing - output;
        return usageEvent(context, model, { ...added, output });
      });
      told.clear();
      return events;
    },
  };
}

function totalsIn(usage: JsonObject | undefined): Totals | undefined {
  if (usage === undefined) return undefined;
  return {
    input: countField(usage, "inputTokens") ?? 0,
    output: countField(usage, "outputTokens") ?? 0,
    cacheRead: countField(usage, "cacheReadTokens") ?? 0,
    cacheWrite: countField(usage, "cacheWriteTokens") ?? 0,
  };
}

/** What came in since the last end. Totals that have shrunk are those of a run that counts from nothing. */
function since(before: Totals = NONE, now: Totals): Totals {
  const names = ["input", "output", "cacheRead", "cacheWrite"] as const;
  if (names.some((name) => now[name] < before[name])) return now;
  const [input, output, cacheRead, cacheWrite] = names.map((name) => now[name] - before[name]);
  return { input: input!, output: output!, cacheRead: cacheRead!, cacheWrite: cacheWrite! };
}

function usageEvent(context: RecordContext, model: string, added: Totals): readonly ImportedEvent[] {
  const { input, output, cacheRead, cacheWrite } = added;
  if (input + output + cacheRead + cacheWrite === 0) return [];
  const data = defined<UsageRecorded>({
    // Its input has what came from the cache and went into it.
    inputTokens: Math.max(0, input - cacheRead - cacheWrite),
    outputTokens: output,
    cacheReadTokens: cacheRead,
    cacheWriteTokens: cacheWrite,
    model: model === "" ? undefined : model,
  });
  return [eventOf(context, "usage.recorded", `usage.${model}`, data)];
}
