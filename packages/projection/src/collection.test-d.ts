import { openEventLog, type NewLogEvent, type Stored, type StoredEvent } from "@agentlog/event-log";
import { expectTypeOf, it } from "vitest";
import { defineCollection, defineProjection, memoryStore, openCollection, openProjection } from "./index.js";

type Order = { readonly item: string };
type OrderEvent = NewLogEvent & { readonly data: { readonly order: string; readonly item: string } };

const orders = defineCollection<Order, Stored<OrderEvent>>({
  name: "orders",
  version: 1,
  key: (event) => event.data.order,
  evolve: (order, event) => order ?? { item: event.data.item },
  indexes: { byItem: ({ item }) => [[item]] },
});

it("knows its records and its events", () => {
  const collection = openCollection(orders, { log: openEventLog<OrderEvent>("/nowhere"), store: memoryStore() });
  expectTypeOf(collection.get).returns.resolves.toEqualTypeOf<Order | undefined>();
  const count = defineProjection({ name: "count", version: 1, initial: 0 as number, evolve: (sum) => sum + 1 });
  const projection = openProjection(count, { log: openEventLog("/nowhere"), store: memoryStore() });
  expectTypeOf(projection.state).returns.resolves.toEqualTypeOf<number>();
  expectTypeOf(count.evolve).parameter(1).toEqualTypeOf<StoredEvent>();
});

it("refuses a log of other events", () => {
  const log = openEventLog("/nowhere");
  // @ts-expect-error -- events of this log have no `order`
  openCollection(orders, { log, store: memoryStore() });
});
