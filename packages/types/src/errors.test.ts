import { describe, expect, it } from "vitest";
import { agentlogError, ERROR_CODES, errorFamily, isAgentlogError, toIoError, type ErrorFamily } from "./index.js";

describe("an error of these packages", () => {
  const error = agentlogError("SEQ_CONFLICT", "log has moved on; read it again", {
    path: "/l",
    expected: 3,
    actual: 5,
  });

  it("is an Error with a name, a code and the code's fields", () => {
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: "AgentlogError", code: "SEQ_CONFLICT", path: "/l", expected: 3, actual: 5 });
    expect(error.stack).toContain("errors.test.ts");
  });

  it("is told by its code", () => {
    expect(isAgentlogError(error)).toBe(true);
    expect(isAgentlogError(error, "SEQ_CONFLICT") && error.actual).toBe(5);
    expect(isAgentlogError(error, "NOT_FOUND")).toBe(false);
  });

  it("is known when another copy of the package made it", () => {
    const other = Object.assign(new Error("x"), { name: "AgentlogError", code: "NOT_FOUND", what: "session", id: "a" });
    expect(isAgentlogError(other, "NOT_FOUND")).toBe(true);
  });

  it("is nothing else", () => {
    const named = (code: unknown): Error => Object.assign(new Error("x"), { name: "AgentlogError", code });
    const others = [
      null,
      undefined,
      "x",
      {},
      new Error("x"),
      named("toString"),
      named("__proto__"),
      named(7),
      named(undefined),
    ];
    for (const other of others) expect(isAgentlogError(other)).toBe(false);
    expect(isAgentlogError({ name: "AgentlogError", code: "NOT_FOUND" }, "NOT_FOUND")).toBe(false);
  });

  it("keeps its cause", () => {
    const cause = new Error("below");
    expect(agentlogError("INTERNAL", "x", {}, { cause }).cause).toBe(cause);
    expect("cause" in agentlogError("INTERNAL", "x", {})).toBe(false);
  });
});

describe("families", () => {
  const expected: { readonly [F in ErrorFamily]: readonly string[] } = {
    no: [
      "SEQ_CONFLICT",
      "LOG_DAMAGED",
      "BLOB_DAMAGED",
      "VERSION_CONFLICT",
      "CORRUPT_SNAPSHOT",
      "PROJECTION_FAILED",
      "PARENT_CYCLE",
      "ALIAS_TAKEN",
      "INVALID_SETTINGS",
      "NOT_FOUND",
      "AMBIGUOUS_ID",
    ],
    usage: ["EVENT_TOO_LARGE", "BATCH_TOO_LARGE", "INVALID_EVENT", "INVALID_ID", "USAGE"],
    io: [
      "LOCK_TIMEOUT",
      "LOCK_LOST",
      "DURABILITY_UNKNOWN",
      "NOT_A_LOG",
      "LOG_REPLACED",
      "UNSAFE_PATH",
      "IO_ERROR",
      "NO_STORE",
      "STORE_FORMAT",
    ],
    bug: ["CLOSED", "INTERNAL"],
  };

  it.each(Object.entries(expected))("%s", (family, codes) => {
    expect(ERROR_CODES.filter((code) => errorFamily(code) === family).toSorted()).toEqual(codes.toSorted());
  });
});

describe("toIoError", () => {
  it("names the file, keeps the cause and says what to do", () => {
    const cause = Object.assign(new Error("ENOSPC: no space left on device, write"), {
      code: "ENOSPC",
      syscall: "write",
    });
    const error = toIoError(cause, "/store/events.jsonl", "append");
    expect(isAgentlogError(error, "IO_ERROR") && [error.errno, error.syscall, error.path]).toEqual([
      "ENOSPC",
      "write",
      "/store/events.jsonl",
    ]);
    expect(error.cause).toBe(cause);
    expect(error.message).toContain("/store/events.jsonl");
    expect(error.message).toContain("free some space");
  });

  it("has a hint for an errno it does not know", () => {
    for (const code of ["EWHATEVER", "constructor"]) {
      const error = toIoError(Object.assign(new Error("x"), { code }), "/a", "read");
      expect(isAgentlogError(error, "IO_ERROR") && error.syscall).toBe("unknown");
    }
  });

  it("lets every other error through", () => {
    const own = agentlogError("CLOSED", "x", { what: "log" });
    const plain = new TypeError("x");
    for (const error of [own, plain, "text"]) expect(toIoError(error, "/a", "read")).toBe(error);
  });
});
