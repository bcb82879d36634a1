import type { EventData, SessionEventData, SessionEventType } from "@agentlog/types";
import { describe, expectTypeOf, it } from "vitest";
import type { EmitContext, EmitResult, EventMethods, MethodType, SessionWriter } from "./index.js";

type SubjectOf<T> = T extends `${infer S}.${string}` ? S : never;

declare const session: SessionWriter;

describe("the methods of a writer", () => {
  it("are there for every known type but the writer's own, and no other", () => {
    expectTypeOf<MethodType>().toEqualTypeOf<
      Exclude<SessionEventType, "session.started" | "session.resumed" | "session.ended">
    >();
    expectTypeOf<keyof EventMethods>().toEqualTypeOf<SubjectOf<MethodType>>();
    expectTypeOf<keyof EventMethods["agent"]>().toEqualTypeOf<
      "started" | "spawned" | "handedOff" | "collaborated" | "returned" | "completed" | "failed"
    >();
  });

  it("take the data of their kind", () => {
    expectTypeOf(session.tool.called).parameter(0).toEqualTypeOf<SessionEventData["tool.called"]>();
    expectTypeOf(session.agent.handedOff).parameter(0).toEqualTypeOf<SessionEventData["agent.handed-off"]>();
    expectTypeOf(session.message.sent).parameter(1).toEqualTypeOf<EmitContext | undefined>();
    expectTypeOf(session.step.started).returns.resolves.toEqualTypeOf<EmitResult>();
    // @ts-expect-error a call has an id and a kind
    void session.tool.called({ name: "Bash" });
    // @ts-expect-error only the writer starts a session
    void session.session.started;
  });
});

describe("emit", () => {
  it("types the data of a known type, and lets any other carry any object", () => {
    void session.emit({ type: "note.added", data: { text: "x" } });
    void session.emit({ type: "my.thing-happened", data: { anything: [1, null] } });
    // @ts-expect-error a note has a text
    void session.emit({ type: "note.added", data: { title: "x" } });
    // @ts-expect-error a function is no JSON
    void session.emit({ type: "my.thing-happened", data: { run: () => 1 } });
    expectTypeOf<EventData<"my.thing-happened">>().not.toBeAny();
    expectTypeOf(session.emitSync({ type: "note.added", data: { text: "x" } })).toEqualTypeOf<EmitResult>();
  });
});
