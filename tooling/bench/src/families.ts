import { type Family } from "./figure.js";
import { append } from "./figures/append.js";
import { appendDisk } from "./figures/append-disk.js";
import { cli, version } from "./figures/cli.js";
import { contention } from "./figures/contention.js";
import { hook } from "./figures/hook.js";
import { largeLog } from "./figures/large-log.js";
import { lock } from "./figures/lock.js";
import { projection } from "./figures/projection.js";
import { read } from "./figures/read.js";
import { rebuild } from "./figures/rebuild.js";
import { snapshot } from "./figures/snapshot.js";

/** Everything that is measured, in the order it is. */
export const FAMILIES: readonly Family[] = [
  append,
  lock,
  appendDisk,
  contention,
  largeLog,
  read,
  projection,
  rebuild,
  snapshot,
  hook,
  version,
  cli,
];
