import { assert, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { firstUnsafe } from "../testing/printable.js";
import { escapeJson, escapeText } from "./escape.js";

describe("escapeText", () => {
  it("leaves what a terminal only shows as it is", () => {
    const text = 'plain ünïcode 漢字 👍 \\ " ~';
    expect(escapeText(text)).toBe(text);
  });

  it.each([
    ["\n\r\t", "\\n\\r\\t"],
    ["\u001b[31m", "\\x1b[31m"],
    ["\u001b]52;c;aGk=\u0007", "\\x1b]52;c;aGk=\\x07"],
    ["\u009b31m\u0090x\u009c", "\\x9b31m\\x90x\\x9c"],
    ["\u007f\u0000", "\\x7f\\x00"],
    ["a\u202egpj.exe\u2066\u200b\u2028\ufeff", "a\\u{202e}gpj.exe\\u{2066}\\u{200b}\\u{2028}\\u{feff}"],
    ["\ud800x\udc00", "\\u{d800}x\\u{dc00}"],
  ])("shows %j as %s", (text, shown) => {
    expect(escapeText(text)).toBe(shown);
  });

  it("[H-77] lets nothing unsafe through, whatever the text", () => {
    assert(
      property(string({ unit: "binary", maxLength: 200 }), (text) => {
        const shown = escapeText(text);
        expect(firstUnsafe(Buffer.from(shown))).toBeUndefined();
        expect(shown).not.toContain("\n");
        expect(Buffer.from(shown).toString()).toBe(shown);
      }),
    );
  });
});

describe("escapeJson", () => {
  it("[H-80] gives text that is safe and means the same", () => {
    assert(
      property(string({ unit: "binary", maxLength: 200 }), (text) => {
        const json = escapeJson(JSON.stringify({ text, [text]: 1 }));
        expect(firstUnsafe(Buffer.from(json))).toBeUndefined();
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ text, [text]: 1 })));
      }),
    );
  });
});
