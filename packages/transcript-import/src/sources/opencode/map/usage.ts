import { type JsonObject, type UsageRecorded } from "@agentlog/types";
import { countField, defined, objectField } from "../../../records/fields.js";

/**
 * What one message used. Each of its requests ends with a `step-finish` part that never changes; the message's own
 * `tokens` are those of its last request alone (OpenCode overwrites them), while its `cost` is the sum. So the steps are
 * summed where there are any, and the message's figures count where there are none: in version 2, and in the oldest ones.
 */
export interface Usage {
  /** Counts a `step-finish` part. */
  step(part: JsonObject): void;
  /** Of all there was; undefined when nothing was used. */
  total(message: JsonObject): Omit<UsageRecorded, "model" | "messageId"> | undefined;
}

export function createUsage(): Usage {
  const steps: JsonObject[] = [];
  return {
    step: (part) => {
      const { tokens, cost } = part;
      steps.push({ tokens, cost });
    },
    total: (message) => {
      const counted = steps.length > 0 ? steps : [message];
      const figures = counted.map((one) => figuresOf(objectField(one, "tokens")));
      const sum = (name: keyof Figures): number => figures.reduce((total, one) => total + one[name], 0);
      const costs = counted.map(({ cost }) => cost).filter((cost) => typeof cost === "number" && cost >= 0);
      const [input, output] = [sum("input"), sum("output")];
      if (input + output + sum("read") + sum("write") === 0) return undefined;
      return defined<UsageRecorded>({
        inputTokens: input,
        outputTokens: output,
        cacheReadTokens: sum("read"),
        cacheWriteTokens: sum("write"),
        costUsd: costs.length === 0 ? undefined : costs.reduce<number>((total, cost) => total + (cost as number), 0),
      });
    },
  };
}

interface Figures {
  readonly input: number;
  readonly output: number;
  readonly read: number;
  readonly write: number;
}

function figuresOf(tokens: JsonObject | undefined): Figures {
  const count = (object: JsonObject | undefined, name: string): number => countField(object, name) ?? 0;
  const cache = objectField(tokens, "cache");
  const [input, output, reasoning] = [count(tokens, "input"), count(tokens, "output"), count(tokens, "reasoning")];
  const [read, write] = [count(cache, "read"), count(cache, "write")];
  // OpenCode counts reasoning beside the output, unless the total shows that it is in there.
  const isInside = countField(tokens, "total") === input + output + read + write;
  return { input, output: isInside ? output : output + reasoning, read, write };
}
