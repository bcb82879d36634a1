import { dirname } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { storeLayout } from "./layout.js";

describe("storeLayout", () => {
  it("is the documented one", () => {
    const { session, ...paths } = storeLayout("/r");
    expect(paths).toEqual({
      root: "/r",
      storeFile: "/r/store.json",
      sessionsDir: "/r/sessions",
      registryDir: "/r/registry",
      quarantineDir: "/r/quarantine",
      spoolDir: "/r/spool",
      bindings: "/r/bindings.json",
    });
    expect(session("sess_1")).toEqual({
      dir: "/r/sessions/sess_1",
      events: "/r/sessions/sess_1/events.jsonl",
      presence: "/r/sessions/sess_1/presence.json",
      snapshot: "/r/sessions/sess_1/snapshot.json",
      blobs: "/r/sessions/sess_1/blobs",
      spool: "/r/spool/sess_1",
    });
  });

  it("[DF-6] lets no id out of its folder", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("", "..", "../..", "/etc", "a/../..")),
        (id) => {
          const { dir, spool } = storeLayout("/r").session(id);
          expect([dirname(dir), dirname(spool)]).toEqual(["/r/sessions", "/r/spool"]);
        },
      ),
    );
  });
});
