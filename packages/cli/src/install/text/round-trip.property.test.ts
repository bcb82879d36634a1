import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { installTarget } from "../agents/index.js";
import { type InstallAgent, type SettingsTarget } from "../target.js";
import { addHooks } from "./add-hooks.js";
import { removeHooks } from "./remove-hooks.js";
import { parseSettings, type SettingsText } from "./settings-text.js";

const place = { env: { HOME: "/home/me" }, cwd: "/work" };
const program = { node: "/usr/bin/node", hook: "/usr/lib/node_modules/@agentlog/cli/dist/hook.cjs" };

const targets = (["claude", "codex", "gemini", "copilot"] as const).map(
  (agent: InstallAgent) => installTarget(agent, "project", place) as SettingsTarget,
);

/** White space as people and programs write it; a line break is the document's own. */
const white = (eol: string) =>
  fc.array(fc.constantFrom(" ", "  ", "\t", eol, `${eol}   `), { maxLength: 3 }).map((parts) => parts.join(""));

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const json: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc.constantFrom(null, true, 0, 1.5, "", "a b", "ü \u2028", 'x"y\\', "hooks", "{}", "//", "/*", ","),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(
      fc.constantFrom("a", "hooks", "__proto__", "constructor", "type", "command", "ü\n", ""),
      tie("value"),
      { maxKeys: 3 },
    ),
  ),
})).value;

const foreignHandler = fc.record(
  {
    type: fc.constantFrom("command", "http"),
    command: fc.constantFrom("lint", "node /x/hook.cjs claude", "agentlog ls"),
    timeout: fc.nat(99),
  },
  { requiredKeys: ["type", "command"] },
);

/** What may stand among hooks: groups of others, and things that are no groups at all. */
const foreignEntry: fc.Arbitrary<Json> = fc.oneof(
  fc.record(
    { matcher: fc.constantFrom("", "Bash"), hooks: fc.array(foreignHandler, { maxLength: 2 }) },
    { requiredKeys: ["hooks"] },
  ) as fc.Arbitrary<Json>,
  foreignHandler as unknown as fc.Arbitrary<Json>,
  json,
);

const hooks = fc.dictionary(
  fc.constantFrom("SessionStart", "PreToolUse", "BeforeTool", "Stop", "Custom", "SessionEnd"),
  fc.array(foreignEntry, { maxLength: 3 }),
  { maxKeys: 4 },
);

const settings: fc.Arbitrary<Json> = fc
  .tuple(
    fc.dictionary(fc.constantFrom("model", "env", "permissions", "__proto__", "version"), json, { maxKeys: 3 }),
    fc.option(hooks, { nil: undefined }),
    fc.boolean(),
  )
  .map(([rest, own, first]) => {
    if (own === undefined) return rest as Json;
    return (first ? { hooks: own, ...rest } : { ...rest, hooks: own }) as Json;
  });

/** Writes JSON with white space that a stream of choices decides. */
function format(value: Json, space: () => string): string {
  if (Array.isArray(value))
    return `[${space()}${value.map((item: Json) => format(item, space) + space()).join(`,${space()}`)}]`;
  if (typeof value === "object" && value !== null) {
    const properties = Object.entries(value).map(
      ([key, item]) => `${JSON.stringify(key)}${space()}:${space()}${format(item, space)}${space()}`,
    );
    return `{${space()}${properties.join(`,${space()}`)}}`;
  }
  return JSON.stringify(value);
}

const document: fc.Arbitrary<string> = fc
  .tuple(
    settings,
    fc.constantFrom("\n", "\r\n"),
    fc.constantFrom("", "\uFEFF"),
    fc.constantFrom("odd", "2", "3", "tab", "one line"),
  )
  .chain(([value, eol, mark, style]) => {
    const pretty = { "2": 2, "3": 3, tab: "\t", "one line": undefined }[style as "2"];
    const end = fc.constantFrom("", eol, `${eol}${eol}`, " ");
    if (style !== "odd") {
      return end.map((tail) => mark + JSON.stringify(value, null, pretty).replaceAll("\n", eol) + tail);
    }
    return fc
      .tuple(fc.array(white(eol), { minLength: 1, maxLength: 40 }), white(eol), end)
      .map(([spaces, before, tail]) => {
        let next = 0;
        return mark + before + format(value, () => spaces[next++ % spaces.length] ?? "") + tail;
      });
  });

const blank = fc.constantFrom("", "\n", " \r\n", "\uFEFF", "\uFEFF\n\n");

const parseText = (target: SettingsTarget, text: string): SettingsText =>
  parseSettings(target.file, Buffer.from(text), target);

describe("hooks in settings", () => {
  it("are added and removed without a trace, whatever the file looks like", () => {
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: document }, blank), fc.constantFrom(...targets), (text, target) => {
        const before = parseText(target, text);
        const added = addHooks(before, target, program);
        const between = parseText(target, before.mark + added.text);
        const removed = removeHooks(between, target, added.addedTo);
        expect(before.mark + removed).toBe(text);
        expect(removeHooks(before, target)).toBeUndefined();
      }),
      { numRuns: 1_000 },
    );
  });

  it("are removed from a document that was formatted anew since, and the rest means what it did", () => {
    const styles = fc.constantFrom(undefined, "", 1, 2, 8, "\t");
    fc.assert(
      fc.property(
        document,
        fc.constantFrom(...targets),
        styles,
        fc.constantFrom("\n", "\r\n"),
        (text, target, style, eol) => {
          const before = parseText(target, text);
          const added = addHooks(before, target, program);
          const anew = JSON.stringify(JSON.parse(added.text), null, style).replaceAll("\n", eol);
          const removed = removeHooks(parseText(target, anew), target, added.addedTo) ?? "";
          expect(JSON.stringify(JSON.parse(removed))).toBe(JSON.stringify(JSON.parse(before.text)));
        },
      ),
      { numRuns: 500 },
    );
  });

  it("leave everything else in the document as it was", () => {
    fc.assert(
      fc.property(document, fc.constantFrom(...targets), (text, target) => {
        const before = parseText(target, text);
        const after = JSON.parse(addHooks(before, target, program).text) as unknown;
        const expected = JSON.parse(before.text) as Record<string, any>;
        for (const event of target.events) {
          const handler = target.handler(event, program);
          const entry = target.nesting === "groups" ? { hooks: [handler] } : handler;
          expected["hooks"] = { ...expected["hooks"], [event]: [...(expected["hooks"]?.[event] ?? []), entry] };
        }
        // As text: it tells a key "__proto__" from a prototype, and the order of keys.
        expect(JSON.stringify(after)).toBe(JSON.stringify(expected));
      }),
      { numRuns: 500 },
    );
  });
});
