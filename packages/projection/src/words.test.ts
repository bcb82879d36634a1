import * as fc from "fast-check";
import { expect, it } from "vitest";
import { toWords } from "./index.js";

it.each([
  ["Fix the LOGIN, fix it!", ["fix", "the", "login", "it"]],
  ["", []],
  ["... \t\n--", []],
  ["ﬁx ２０", ["fix", "20"]],
  ["naïve nai\u0308ve", ["naïve"]],
  ["日本語 ログイン", ["日", "本", "語", "ロ", "グ", "イ", "ン"]],
  ["が か\u3099", ["が"]],
  ["abc日def", ["abc", "日", "def"]],
  ["snake_case-kebab a.b", ["snake", "case", "kebab", "a", "b"]],
  ["İstanbul", ["i\u0307stanbul"]],
  ["a\ud800b", ["a", "b"]],
])("splits %j", (text, words) => {
  expect(toWords(text)).toEqual(words);
});

it("is bounded: 4,096 words, 64 characters each, 65,536 characters looked at", () => {
  expect(toWords(Array.from({ length: 9_000 }, (_, n) => `w${n}`).join(" "))).toHaveLength(4_096);
  expect(toWords("a".repeat(100_000))).toEqual(["a".repeat(64)]);
  expect(toWords(`${" ".repeat(65_536)}late`)).toEqual([]);
  expect(toWords(`x${"😀".repeat(10)}${"𝒳".repeat(200)}`).at(-1)).toHaveLength(64);
});

it("gives words that have no space and that it leaves as they are", () => {
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }));
  fc.assert(
    fc.property(text, (any) => {
      for (const word of toWords(any)) {
        expect(word).not.toMatch(/[\s\0]/u);
        expect(toWords(word).join("")).toBe(word);
      }
    }),
  );
});
