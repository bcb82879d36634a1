import { createHash } from "node:crypto";
import { sanitizePrompt } from "./prompt/sanitize-prompt.js";

/** By name; a new way to make one gets a new name. */
export type Fingerprints = { first_human_prompt_v1?: string; lineage_prefix_v1?: string };

export type FingerprintFacts = {
  /** The first thing a person typed, raw. */
  readonly prompt?: string | undefined;
  /** The transcript's first conversation record, and the one it names as its parent. */
  readonly firstUuid?: string | undefined;
  readonly firstParentUuid?: string | undefined;
};

/** Prompts that begin unrelated sessions every day, without capitals and what is not a letter or digit. */
const TRIVIAL: ReadonlySet<string> = new Set(
  ["continue", "go ahead", "go on", "hello", "hello there", "keep going", "ok go", "please continue", "proceed"]
    .concat(["resume", "start", "test", "test test", "testing", "thanks", "thank you", "warmup", "where were we"])
    .map((text) => text.replaceAll(" ", "")),
);

/** True for what says nothing about the work: a greeting, a bare command, fewer than four letters or digits. */
function isTrivial(prompt: string): boolean {
  const letters = prompt.toLowerCase().replace(/[^\p{Letter}\p{Number}]/gu, "");
  return letters.length < 4 || TRIVIAL.has(letters) || /^\/[\w:-]+$/.test(prompt);
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/**
 * What two sessions may have in common, each as SHA-256 in lower-case hex: the sanitised first prompt, unless it is trivial,
 * and where the transcript begins. Equal ones are a hint and never an identity.
 */
export function fingerprintsOf(facts: FingerprintFacts): Fingerprints {
  const prompt = facts.prompt === undefined ? "" : sanitizePrompt(facts.prompt);
  const { firstUuid, firstParentUuid = "" } = facts;
  return {
    ...(isTrivial(prompt) ? {} : { first_human_prompt_v1: sha256(prompt) }),
    ...(firstUuid ? { lineage_prefix_v1: sha256(JSON.stringify([firstUuid, firstParentUuid])) } : {}),
  };
}
