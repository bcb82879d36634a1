import { toPlainText } from "./plain-text.js";
import { disarmWrappers, stripWrappers } from "./strip-wrappers.js";

export type SanitizeOptions = {
  /** Code points that are kept. Default 200. */
  readonly maxCodePoints?: number | undefined;
};

const DEFAULT_CODE_POINTS = 200;

function firstCodePoints(text: string, count: number): string {
  // No code point has more than two units: the rest of a long text is not walked through.
  const near = text.slice(0, count * 2);
  let end = 0;
  let seen = 0;
  for (const char of near) {
    if (seen++ >= count) break;
    end += char.length;
  }
  return near.slice(0, end);
}

/**
 * What a person typed, of a raw prompt: one line of plain text without what agents and editors wrap around it, at most
 * `maxCodePoints` long. Wrappers are stripped twice, after NFKC; entities are not decoded. Empty when nothing is left.
 * Sanitising it again changes nothing; the time is linear in the length of any input.
 */
export function sanitizePrompt(raw: string, options: SanitizeOptions = {}): string {
  const asked = options.maxCodePoints ?? DEFAULT_CODE_POINTS;
  const limit = Number.isFinite(asked) ? Math.max(0, Math.floor(asked)) : DEFAULT_CODE_POINTS;
  const text = disarmWrappers(stripWrappers(stripWrappers(toPlainText(raw), "keep"), "drop"));
  return firstCodePoints(text.replace(/\s+/gu, " ").trim(), limit).trimEnd();
}
