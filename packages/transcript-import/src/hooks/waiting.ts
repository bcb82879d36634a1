import { type Disk, openSpool, type StoreLayout } from "@agentlog/durable-fs";

/** True when hooks have captured something that no drain has taken in. One failing call or one listing. Throws `IO_ERROR`. */
export function hasHooksWaiting(layout: StoreLayout, disk?: Disk): boolean {
  return !openSpool(layout.hookSpool, { disk }).isEmpty();
}
