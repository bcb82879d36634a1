import { expectTypeOf, it } from "vitest";
import { type Snapshot, type SnapshotStore } from "./index.js";

interface Plan {
  readonly steps: readonly string[];
}

declare const store: SnapshotStore<Plan>;

it("update gives a document unless the change may leave none", async () => {
  expectTypeOf(await store.update("k", (plan) => plan ?? { steps: [] })).toEqualTypeOf<Snapshot<Plan>>();
  expectTypeOf(await store.update("k", async () => ({ steps: [] }))).toEqualTypeOf<Snapshot<Plan>>();
  expectTypeOf(await store.update("k", (plan) => plan)).toEqualTypeOf<Snapshot<Plan> | undefined>();
});

it("documents are of the store's type alone", () => {
  // @ts-expect-error a list of numbers is no plan
  void store.save("k", { steps: [1] });
  // @ts-expect-error a change has to say what it leaves
  void store.update("k", () => {});
});
