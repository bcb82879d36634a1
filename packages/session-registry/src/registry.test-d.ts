import { type OpenedStore } from "@agentlog/durable-fs";
import { type OpenReadModelStore, type Problem } from "@agentlog/projection";
import { type SessionId, type Sighting } from "@agentlog/types";
import { describe, expectTypeOf, it } from "vitest";
import {
  type Activity,
  type FindFilter,
  latestOf,
  type Mutation,
  openRegistry,
  type Outcome,
  type RegistryEvent,
  type RegistryEventData,
  type RegistryEventType,
  type RegistryOptions,
  type Seen,
  type SessionRecord,
  type SessionRegistry,
  type SplitOff,
  type TreeRow,
} from "./index.js";

declare const registry: SessionRegistry;
declare const store: OpenedStore;
declare const session: SessionId;
declare const record: SessionRecord;

describe("openRegistry", () => {
  it("takes a store, or whatever has its layout, and options that may all be undefined", () => {
    expectTypeOf(openRegistry(store)).toEqualTypeOf<SessionRegistry>();
    expectTypeOf(openRegistry).toBeCallableWith({ layout: store.layout }, { durability: undefined, lock: undefined });
    expectTypeOf<RegistryOptions["durability"]>().toEqualTypeOf<"os" | "interval" | "disk" | undefined>();
    expectTypeOf<RegistryOptions["readModels"]>().toEqualTypeOf<OpenReadModelStore | undefined>();
    expectTypeOf<NonNullable<RegistryOptions["onProblem"]>>().parameter(0).toEqualTypeOf<Problem>();
    expectTypeOf<SessionRegistry>().toExtend<AsyncDisposable>();
    // @ts-expect-error -- no such durability
    openRegistry(store, { durability: "tape" });
  });
});

describe("a registry", () => {
  it("answers what was seen in order, with what is known then", () => {
    expectTypeOf(registry.seen).parameter(0).toEqualTypeOf<readonly Sighting[]>();
    expectTypeOf(registry.seen).returns.resolves.toEqualTypeOf<readonly Seen[]>();
    expectTypeOf<Seen["record"]>().toEqualTypeOf<SessionRecord>();
    // @ts-expect-error -- a sighting says who was seen and when
    void registry.seen([{ native: "a" }]);
    // @ts-expect-error -- a payload is JSON
    void registry.seen([], () => ({ at: new Date() }));
  });

  it("may know nothing of an id, and throws where a person named one", () => {
    expectTypeOf(registry.get(session)).resolves.toEqualTypeOf<SessionRecord | undefined>();
    expectTypeOf(registry.byNative("claude", "a")).resolves.toEqualTypeOf<SessionRecord | undefined>();
    expectTypeOf(registry.lookup("a")).resolves.toEqualTypeOf<SessionRecord>();
    // @ts-expect-error -- an id, not any string
    void registry.get("sess_1");
  });

  it("finds by filters that may be undefined, and by no others", () => {
    expectTypeOf(registry.find({ task: undefined, limit: 5 })).resolves.toEqualTypeOf<readonly SessionRecord[]>();
    expectTypeOf<FindFilter["activity"]>().toEqualTypeOf<Activity | undefined>();
    // @ts-expect-error -- no such activity
    void registry.find({ activity: "asleep" });
    // @ts-expect-error -- no such filter
    void registry.find({ titel: "x" });
  });

  it("closes with an outcome that is one", () => {
    expectTypeOf(registry.closeSession(session, { outcome: "done" })).resolves.toEqualTypeOf<Mutation>();
    expectTypeOf<"open">().toExtend<Outcome>();
    // @ts-expect-error -- that is what reopen is for
    void registry.closeSession(session, { outcome: "open" });
  });

  it("splits by a native session or by the session that was merged", () => {
    expectTypeOf(registry.split).parameter(1).toEqualTypeOf<SplitOff>();
    expectTypeOf(registry.split).toBeCallableWith(session, { agent: "claude", native: "a" }, { dryRun: true });
    expectTypeOf(registry.split).toBeCallableWith(session, { session });
    // @ts-expect-error -- an agent's id alone is not unique
    void registry.split(session, { native: "a" });
  });

  it("is read, not written", () => {
    // @ts-expect-error -- a record is a copy
    record.alias = "x";
    // @ts-expect-error -- and so are its lists
    record.tasks.push("x");
    expectTypeOf<TreeRow["broken"]>().toEqualTypeOf<"missing-parent" | "cycle" | undefined>();
    expectTypeOf(latestOf(record)).toEqualTypeOf<string>();
    expectTypeOf(registry.references()).resolves.toHaveProperty("get");
    expectTypeOf(registry.sweep({ idleDays: 3 })).resolves.toEqualTypeOf<{
      readonly idled: readonly SessionId[];
      readonly archived: readonly SessionId[];
    }>();
  });
});

describe("its events", () => {
  it("have data by their type", () => {
    expectTypeOf<RegistryEvent["type"]>().toEqualTypeOf<RegistryEventType>();
    expectTypeOf<Extract<RegistryEvent, { type: "session.aliased" }>["data"]["alias"]>().toEqualTypeOf<string | null>();
    expectTypeOf<RegistryEventData["sessions.idled"]>().toEqualTypeOf<{ readonly sessions: readonly SessionId[] }>();
    expectTypeOf<RegistryEventData["session.seen"]["sighting"]>().not.toHaveProperty("prompt");
  });
});
