import { dirname } from "node:path";
import { assert, constantFrom, oneof, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { storeLayout } from "./layout.js";

describe("storeLayout", () => {
  it("is the documented one", () => {
    const layout = storeLayout("/r");
    expect(layout).toMatchObject({
      root: "/r",
      storeFile: "/r/store.json",
      sessionsDir: "/r/sessions",
      registryDir: "/r/registry",
      quarantineDir: "/r/quarantine",
      spoolDir: "/r/spool",
      bindings: "/r/bindings.json",
    });
    expect(layout.session("sess_1")).toEqual({
      dir: "/r/sessions/sess_1",
      events: "/r/sessions/sess_1/events.jsonl",
      presence: "/r/sessions/sess_1/presence.json",
      snapshot: "/r/sessions/sess_1/snapshot.json",
      blobs: "/r/sessions/sess_1/blobs",
      spool: "/r/spool/sess_1",
    });
  });

  it("[DF-6] lets no id out of its folder", () => {
    assert(
      property(oneof(string({ unit: "binary" }), constantFrom("", "..", "../..", "/etc", "a/../..")), (id) => {
        const { dir, spool } = storeLayout("/r").session(id);
        expect([dirname(dir), dirname(spool)]).toEqual(["/r/sessions", "/r/spool"]);
      }),
    );
  });
});
