import { describe, expect, it } from "vitest";
import { fingerprintsOf, sanitizePrompt } from "../index.js";
import { DROPPED } from "./wrappers.js";

describe("sanitizePrompt", () => {
  it.each([
    ["<system-reminder>be nice</system-reminder>Fix the bug", "Fix the bug"],
    ["<ide_opened_file>The user opened a.ts</ide_opened_file>\n\nFix the bug", "Fix the bug"],
    ["<environment_context>\n  <cwd>/a</cwd>\n</environment_context>\nFix the bug", "Fix the bug"],
    ["<command-message>x</command-message><command-name>/x</command-name>", ""],
    ["<local-command-stdout></local-command-stdout>", ""],
    ["<session_context>mail@example.org</session_context> Fix the bug", "Fix the bug"],
    ["<permissions instructions>sandbox</permissions instructions>Fix the bug", "Fix the bug"],
    ["<user_query>Fix the bug</user_query>", "Fix the bug"],
    ["<SYSTEM-Reminder  kind='x'\n>be nice</ system-reminder >Fix the bug", "Fix the bug"],
    ["< system_reminder>be nice</system-reminder>Fix the bug", "Fix the bug"],
    ["＜system-reminder＞be nice＜/system-reminder＞Fix the bug", "Fix the bug"],
    ["<sys\u200btem-remin\u0007der>be nice</system-\u00adreminder>Fix the bug", "Fix the bug"],
    ["<system-\u001b[0mreminder>be nice</system-reminder>Fix the bug", "Fix the bug"],
    ["<system-reminder>a<system-reminder>b</system-reminder>c</system-reminder>Fix the bug", "Fix the bug"],
    ["<system-reminder>a<ide_selection>b</system-reminder>Fix the bug</ide_selection>", "Fix the bug"],
    ["< <system>a</system> system-reminder>be nice</system-reminder>Fix the bug", "Fix the bug"],
  ])("strips what is wrapped around a prompt: %j", (raw, prompt) => {
    expect(sanitizePrompt(raw)).toBe(prompt);
  });

  it.each([
    ["Why is <system-reminder> in my log?", "Why is in my log?"],
    ["Use a <div> and a Map<string, number>", "Use a <div> and a Map<string, number>"],
    ["if a < b and c > d", "if a < b and c > d"],
    ["&lt;system-reminder&gt; is text", "&lt;system-reminder&gt; is text"],
    ["<systematic>kept</systematic>", "<systematic>kept</systematic>"],
    ["emoji 👩‍💻 and نمی‌خواهم", "emoji 👩‍💻 and نمی‌خواهم"],
  ])("leaves what a person typed: %j", (raw, prompt) => {
    expect(sanitizePrompt(raw)).toBe(prompt);
  });

  it.each([
    ["\u001b]0;title\u0007Fix \u001b[31mthe\u001b[0m bug", "Fix the bug"],
    ["\u009b31mFix\u0000 the\u0008 bug\u001b", "Fix the bug"],
    ["\u001b]8;;http://x\u001b\\Fix\u001b]8;;\u001b\\ the bug", "Fix the bug"],
    ["Fix \u202ethe\u202c bug\u2066", "Fix the bug"],
    ["\ud800Fix\udc00", "\ufffdFix\ufffd"],
    ["  Ｆｉｘ\r\n\tthe   bug ", "Fix the bug"],
  ])("is one line of plain text: %j", (raw, prompt) => {
    expect(sanitizePrompt(raw)).toBe(prompt);
  });

  it("is cut between code points, after 200 of them unless told otherwise", () => {
    expect(Array.from(sanitizePrompt("😀".repeat(300)))).toHaveLength(200);
    expect(sanitizePrompt("😀😀😀", { maxCodePoints: 2 })).toBe("😀😀");
    expect(sanitizePrompt("ab cd", { maxCodePoints: 3 })).toBe("ab");
    for (const maxCodePoints of [0, -1]) expect(sanitizePrompt("abc", { maxCodePoints })).toBe("");
    for (const maxCodePoints of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(sanitizePrompt("a".repeat(300), { maxCodePoints })).toHaveLength(200);
    }
  });

  it("knows every wrapper in both spellings, in capitals and with attributes", () => {
    for (const name of DROPPED) {
      for (const tag of [name, name.toUpperCase(), name.replaceAll("-", "_")]) {
        expect(sanitizePrompt(`<${tag} a="1">x</${tag}>Fix it`)).toBe("Fix it");
      }
    }
  });
});

describe("fingerprintsOf", () => {
  it("is the SHA-256 of the sanitised prompt, whatever is wrapped around it", () => {
    const { first_human_prompt_v1: plain } = fingerprintsOf({ prompt: "Fix the bug" });
    // printf 'Fix the bug' | sha256sum
    expect(plain).toBe("dac8937f01d0ac08f856ad9746bdc504fbe2a7689e93a392b4ca868ff2a5eee3");
    expect(fingerprintsOf({ prompt: "<system-reminder>7</system-reminder>\nFix  the bug" })).toEqual({
      first_human_prompt_v1: plain,
    });
  });

  it.each([
    "",
    "  ",
    "hi",
    "Continue.",
    "go on!",
    "/clear",
    "/my-plugin:do-it",
    "👍👍👍👍👍",
    "<system-reminder>x y z</system-reminder>",
  ])("a prompt that says nothing has none: %j", (prompt) => expect(fingerprintsOf({ prompt })).toEqual({}));

  it("a prompt in another script has one", () => {
    expect(fingerprintsOf({ prompt: "修复登录错误" })).toHaveProperty("first_human_prompt_v1");
  });

  it("where a transcript begins is told by its first record and that one's parent", () => {
    const print = (firstUuid?: string, firstParentUuid?: string) =>
      fingerprintsOf({ firstUuid, firstParentUuid }).lineage_prefix_v1;
    expect(print("a", "b")).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set([print("a", "b"), print("ab"), print("a"), print("b", "a")]).size).toBe(4);
    expect(fingerprintsOf({ firstParentUuid: "b" })).toEqual({});
    expect(fingerprintsOf({ firstUuid: "" })).toEqual({});
  });
});
