import { closeSync, ftruncateSync, linkSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { faultyDisk } from "@agentlog/durable-fs/testing";
import { isAgentlogError } from "@agentlog/types";
import { describe, expect, it } from "vitest";
import { treeOf } from "../testing/tree.js";
import { makeHome } from "./testing/home.js";

const refusal = (code: string, words: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(words) });
const nest = (levels: number): string => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;

describe("settings that cannot be understood", () => {
  it.each([
    ["no JSON", '{"a": 1,\n  "b" 2}', /line 2, column 7/],
    ["cut off", '{"hooks": {', /line 1, column 12/],
    ["a comment where the agent takes none", "{\n  // mine\n}", /line 2, column 3/],
    ["a trailing comma", '{"a": 1,}', /line 1, column 9/],
    ["two documents", "{} {}", /line 1, column 4/],
    ["a list", "[]", /no object/],
    ["a number", "5", /no object/],
    ["hooks that are a number", '{"hooks": 5}', /"hooks" that is no object/],
    ["hooks that are a list", '{"hooks": []}', /"hooks" that is no object/],
    ["hooks twice", '{"hooks": {}, "hooks": {}}', /"hooks" twice/],
    ["an event that is no list", '{"hooks": {"Stop": {}}}', /Stop that are no list/],
    ["an event twice", '{"hooks": {"Stop": [], "Stop": []}}', /"Stop" twice/],
    ["an escaped key twice", '{"hooks": {"Stop": [], "St\\u006fp": []}}', /"Stop" twice/],
    ["nested too deep", nest(300), /nests over/],
    ["nested far too deep", nest(200_000), /nests over/],
    ["another encoding", Buffer.from('\uFEFF{"a": 1}', "utf16le"), /UTF-8/],
    ["bytes", Buffer.from([0x7b, 0xff, 0x7d]), /UTF-8/],
  ])("are refused, and left as they are: %s", (_name, content, words) => {
    const home = makeHome();
    home.write(home.target("claude").file, content);
    const before = treeOf(home.dir);
    expect(() => home.install("claude")).toThrow(refusal("INVALID_SETTINGS", words));
    expect(treeOf(home.dir)).toEqual(before);
  });

  it("are refused at 50 MB without being read", () => {
    const home = makeHome();
    const fd = openSync(home.write(home.target("claude").file, ""), "r+");
    ftruncateSync(fd, 50_000_000);
    closeSync(fd);
    const disk = faultyDisk([{ method: "readSync", errno: "EIO" }]);
    expect(() => home.install("claude", { disk })).toThrow(refusal("INVALID_SETTINGS", /50000000 bytes/));
  });

  it("never show what is in them", () => {
    const home = makeHome();
    home.write(home.target("claude").file, '{"token": "s3cr3t" "x"}');
    try {
      home.install("claude");
      expect.unreachable();
    } catch (error) {
      expect(String(error)).not.toContain("s3cr3t");
    }
  });

  it("are refused when something else stands there", () => {
    const home = makeHome();
    const { file } = home.target("claude");
    mkdirSync(file, { recursive: true });
    expect(() => home.install("claude")).toThrow(refusal("UNSAFE_PATH", /regular file/));
    const linked = home.write(home.target("codex").file, "{}");
    linkSync(linked, join(home.dir, "second"));
    expect(() => home.install("codex")).toThrow(refusal("UNSAFE_PATH", /2 hard links/));
  });

  it("of OpenCode and Copilot: a plugin of somebody else's is not replaced, nor removed", () => {
    const home = makeHome();
    const file = home.write(home.target("opencode").file, "export default {};\n");
    expect(() => home.install("opencode")).toThrow(refusal("INVALID_SETTINGS", /not agentlog's/));
    expect(home.uninstall("opencode").changed).toBe(false);
    expect(readFileSync(file, "utf8")).toBe("export default {};\n");
  });
});

describe("settings that are odd", () => {
  const odd =
    '{"__proto__": {"hooks": {"Stop": 1}}, "constructor": [], "a": 1, "a": 2, "hooks": {"__proto__": [], "Other": 7}}';
  it("are kept: __proto__, the same key twice, events of another shape", () => {
    const home = makeHome();
    const file = home.write(home.target("claude").file, odd);
    home.install("claude");
    expect(home.read("claude")).toMatchObject({ current: true });
    home.uninstall("claude");
    expect(readFileSync(file, "utf8")).toBe(odd);
  });

  it.each([
    '{ // why\n  "a": 1, // one\n  /* two */ "hooks": { /* none */ }, // three\n}\n// end\n',
    "// only this\n",
    '{ "hooks": { "SessionStart": [ /* none */ ], "SessionEnd": [ 1, /* last */ ], } }',
  ])("keep their comments where the agent takes them", (content) => {
    const home = makeHome();
    const file = home.write(home.target("gemini").file, content);
    home.install("gemini");
    expect(home.read("gemini")).toMatchObject({ current: true });
    home.uninstall("gemini");
    expect(readFileSync(file, "utf8")).toBe(content);
  });

  it("keep a comment that was written between our hooks and others", () => {
    const home = makeHome();
    const file = home.write(home.target("gemini").file, '{\n  "a": 1\n}\n');
    home.install("gemini");
    writeFileSync(file, readFileSync(file, "utf8").replace('"a": 1,', '"a": 1, // keep, this\n  /* and, this */'));
    home.uninstall("gemini");
    expect(readFileSync(file, "utf8").replaceAll(/\s+/g, " ")).toBe('{ "a": 1 // keep, this /* and, this */ } ');
  });

  it("uninstall from settings that somebody commented since", () => {
    const home = makeHome();
    const file = home.write(home.target("claude").file, '{\n  "a": 1\n}\n');
    home.install("claude");
    writeFileSync(file, `// mine\n${readFileSync(file, "utf8")}`);
    home.uninstall("claude");
    expect(readFileSync(file, "utf8")).toBe('// mine\n{\n  "a": 1\n}\n');
  });

  it.each(["{}", "{}\n", '{"hooks": {}}', '{\n\t"hooks": {\n\t\t"Stop": []\n\t}\n}'])(
    "stay JSON when somebody took the line breaks behind our hooks: %j",
    (content) => {
      const home = makeHome();
      const file = home.write(home.target("claude").file, content);
      home.install("claude");
      writeFileSync(file, readFileSync(file, "utf8").replaceAll(/\s+([\]}])/g, "$1"));
      home.uninstall("claude");
      expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(JSON.parse(content));
    },
  );

  it("take our handler out of a group into which others came", () => {
    const home = makeHome();
    const { file } = home.target("claude");
    home.install("claude");
    const content = JSON.parse(readFileSync(file, "utf8"));
    content.hooks.Stop[0].hooks.unshift({ type: "command", command: "theirs" });
    content.hooks.Stop[0].hooks.push({ type: "command", command: "node /x/hook.cjs claude" });
    writeFileSync(file, JSON.stringify(content, null, 2));
    home.uninstall("claude");
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({
      hooks: {
        Stop: [
          {
            hooks: [
              { type: "command", command: "theirs" },
              { type: "command", command: "node /x/hook.cjs claude" },
            ],
          },
        ],
      },
    });
  });

  it("a receipt that somebody changed does no harm", () => {
    const home = makeHome();
    for (const receipt of [
      "",
      "{}",
      "[",
      '{"format":1,"folders":1e9,"installed":"x"}',
      '{"format":1,"installed":"2026-01-01","folders":8,"file":true,"addedTo":null}',
    ]) {
      const file = home.write(join(home.home, ".claude", "settings.json"), '{"a":1}');
      home.install("claude");
      writeFileSync(`${file}.agentlog-receipt`, receipt);
      home.uninstall("claude");
      expect(readFileSync(file, "utf8")).toBe('{"a":1}');
    }
  });
});

describe("settings that somebody else writes at the same moment", () => {
  it("are read again, and both changes are in the end there", () => {
    const home = makeHome();
    const file = home.write(home.target("claude").file, '{"a":1}');
    const meddle = { method: "fsyncSync", after: once(() => writeFileSync(file, '{"a":2}')) } as const;
    home.install("claude", { disk: faultyDisk([meddle]) });
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ a: 2, hooks: { Stop: [{}] } });
    home.uninstall("claude");
    expect(readFileSync(file, "utf8")).toBe('{"a":2}');
  });

  it("are left to the other when they never hold still", () => {
    const home = makeHome();
    const file = home.write(home.target("claude").file, '{"a":0}');
    let n = 0;
    const disk = faultyDisk([{ method: "fsyncSync", after: () => writeFileSync(file, `{"a":${++n}}`) }]);
    expect(() => home.install("claude", { disk })).toThrow(refusal("IO_ERROR", /changed by somebody else/));
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ a: n });
  });

  it("are not overwritten when they appear", () => {
    const home = makeHome();
    const { file } = home.target("claude");
    const appear = once(() => home.write(file, '{"a":1}'));
    home.install("claude", { disk: faultyDisk([{ method: "fsyncSync", after: appear }]) });
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ a: 1, hooks: {} });
    home.uninstall("claude");
    expect(readFileSync(file, "utf8")).toBe('{"a":1}');
  });
});

function once(act: () => unknown): () => void {
  let done = false;
  return () => {
    if (!done) act();
    done = true;
  };
}

it("an error is one of ours", () => {
  const home = makeHome();
  home.write(home.target("claude").file, "[");
  try {
    home.install("claude");
    expect.unreachable();
  } catch (error) {
    expect(isAgentlogError(error, "INVALID_SETTINGS") && error.path).toBe(home.target("claude").file);
  }
});
