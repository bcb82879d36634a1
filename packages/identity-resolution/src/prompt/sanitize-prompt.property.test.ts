import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fingerprintsOf, sanitizePrompt } from "../index.js";
import { disarmWrappers, stripWrappers } from "./strip-wrappers.js";
import { DROPPED, UNWRAPPED } from "./wrappers.js";

const names = fc.constantFrom("system-reminder", "SYSTEM", "ide_selection", "command-name", "user_query", "div");
const pieces = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom("<", "</", "< ", "＜", "</ "), names, fc.constantFrom(">", " a=1>", "/>", "＞", " "))
      .map((parts) => parts.join("")),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "<",
      ">",
      "/",
      " ",
      "\u001b[",
      "\u001b]",
      "\u0007",
      "\u200b",
      "\u0301",
      "\u0316",
      "\ufdfa",
      "e",
      "\u0338",
    ),
  },
  { weight: 1, arbitrary: names },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 4 }) },
);
const texts = fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join(""));

/** A wrapper's tag by a plain, slow expression. */
const isWrapper = (tag: string): boolean => {
  const name = /^<\s*\/?\s*([a-z][\w-]*)(?:[\s/][^<]*)?>$/i.exec(
    tag.replace(/\p{Default_Ignorable_Code_Point}/gu, ""),
  )?.[1];
  return name !== undefined && [DROPPED, UNWRAPPED].some((known) => known.has(name.toLowerCase().replaceAll("_", "-")));
};

describe("sanitizePrompt, for any text", () => {
  it("sanitising again changes nothing", () => {
    fc.assert(
      fc.property(texts, fc.nat(60), (raw, maxCodePoints) => {
        const prompt = sanitizePrompt(raw, { maxCodePoints });
        expect(sanitizePrompt(prompt, { maxCodePoints })).toBe(prompt);
        expect(fingerprintsOf({ prompt: sanitizePrompt(raw) })).toEqual(fingerprintsOf({ prompt: raw }));
      }),
      { numRuns: 3000 },
    );
  });

  it("leaves no wrapper's tag, no control character, no half pair, no second line", () => {
    fc.assert(
      fc.property(texts, (raw) => {
        const prompt = sanitizePrompt(raw, { maxCodePoints: 100_000 });
        expect([...prompt.matchAll(/<[^<>]*>/g)].map(([tag]) => tag).filter(isWrapper)).toEqual([]);
        // oxlint-disable-next-line no-control-regex -- they are what must not be there
        expect(prompt).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/);
        expect(prompt).not.toMatch(/\p{Surrogate}/u);
        expect(prompt).toBe(prompt.normalize("NFKC").trim());
      }),
      { numRuns: 3000 },
    );
  });

  it("keeps what a person typed between wrappers", () => {
    const words = fc.stringMatching(/^[a-z]{1,8}( [a-z]{1,8}){0,5}$/);
    const wrapped = fc.tuple(
      names.filter((name) => name !== "div" && name !== "user_query"),
      fc.stringMatching(/^[a-z <>/\n]{0,30}$/),
    );
    fc.assert(
      fc.property(words, fc.array(wrapped, { maxLength: 4 }), (text, around) => {
        const raw = around.reduce(
          (inner, [name, noise]) => `<${name}>${noise.replaceAll("<", "")}</${name}>${inner}`,
          text,
        );
        expect(sanitizePrompt(raw)).toBe(text);
      }),
    );
  });
});

describe("wrappers, of hostile texts", () => {
  const hostile: readonly (readonly [string, (count: number) => string])[] = [
    ["opened only", (count) => "<system>".repeat(count)],
    ["closed only", (count) => "</system>".repeat(count)],
    ["nested", (count) => "<system>".repeat(count) + "</system>".repeat(count)],
    ["in turn", (count) => "<system><ide_selection></system></ide_selection>".repeat(count)],
    ["never ended", (count) => "<system ".repeat(count)],
    ["brackets", (count) => "<".repeat(count) + ">".repeat(count)],
    ["spaces", (count) => `<${" ".repeat(count)}/${" ".repeat(count)}`.repeat(3)],
    ["attributes", (count) => `<system ${"a=1 ".repeat(count)}>`],
    ["unseen characters", (count) => `<${"\u200d".repeat(count)}system>`],
  ];

  it.each(hostile)("[H-85] %s: the steps are linear", (_name, make) => {
    const steps = (count: number): number => {
      const work = { steps: 0 };
      const text = make(count);
      disarmWrappers(stripWrappers(stripWrappers(text, "keep", work), "drop", work), work);
      return work.steps;
    };
    for (const count of [100, 1_000, 10_000]) expect(steps(count)).toBeLessThanOrEqual(12 * make(count).length + 12);
  });

  // A quadratic step would take hours for these.
  it.each([
    ...hostile,
    ["marks out of order", (count: number) => `a${"\u0301".repeat(count)}${"\u0316".repeat(count)}`] as const,
    [
      "marks that only look like letters",
      (count: number) => `a${`${"\u0301".repeat(29)}\uff9e`.repeat(count / 10)}`,
    ] as const,
    ["escapes", (count: number) => "\u001b[0".repeat(count)] as const,
    ["strings for a terminal", (count: number) => "\u001b]".repeat(count)] as const,
  ])("%s: a megabyte is sanitised", (_name, make) => {
    expect(Array.from(sanitizePrompt(make(200_000))).length).toBeLessThanOrEqual(200);
  });
});
