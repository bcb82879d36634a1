import { describe, expectTypeOf, it } from "vitest";
import { openEventLog, type Appended, type NewLogEvent, type Spooled, type StoredEvent } from "./index.js";

interface Placed extends NewLogEvent {
  readonly type: "order.placed";
  readonly data: { readonly item: string };
}

describe("openEventLog", () => {
  it("says spooled only where an event may be spooled", () => {
    expectTypeOf(openEventLog("a").append).returns.resolves.toEqualTypeOf<Appended>();
    expectTypeOf(openEventLog("a", { onLockTimeout: "reject" }).appendSync).returns.toEqualTypeOf<Appended>();
    expectTypeOf(openEventLog("a", { onLockTimeout: "spool" }).append).returns.resolves.toEqualTypeOf<
      Appended | Spooled
    >();
  });

  it("takes and gives back the caller's own events", async () => {
    const log = openEventLog<Placed>("a");
    expectTypeOf(log.append).parameter(0).toEqualTypeOf<Placed>();
    for await (const event of log.read()) {
      expectTypeOf(event.data.item).toEqualTypeOf<string>();
      expectTypeOf(event).toExtend<StoredEvent>();
      expectTypeOf(event.seq).toEqualTypeOf<number>();
    }
  });
});
