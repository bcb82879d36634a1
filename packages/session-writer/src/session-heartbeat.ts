import type { Disk } from "@agentlog/durable-fs";
import type { HeartbeatRecorded, PresenceRecord } from "@agentlog/types";
import { assertInterval, createHeartbeat, DEFAULT_INTERVAL_MS, type Heartbeat } from "./coordinator.js";
import { writePresence } from "./presence-file.js";

/** How a session beats. */
export type BeatOptions = {
  /** Milliseconds between two beats. Default 10,000. */
  readonly intervalMs?: number | undefined;
  /** Also emit each beat as `heartbeat.recorded`. Default false: the log tells what happened, not that nothing did. */
  readonly asEvents?: boolean | undefined;
};

export type BeatTarget = {
  readonly path: string;
  readonly disk: Disk;
  readonly record: () => Omit<PresenceRecord, "intervalMs">;
  readonly emit: (data: HeartbeatRecorded) => Promise<void>;
};

/** Throws `USAGE` for a wrong interval: before the session is begun, not after. */
export function assertBeatOptions(options: BeatOptions | false | undefined): void {
  if (options !== false) assertInterval(options?.intervalMs ?? DEFAULT_INTERVAL_MS);
}

/** Starts the heartbeat of a session; without one (`false`) its presence is written once, with the interval 0. */
export function startBeating(options: BeatOptions | false | undefined, target: BeatTarget): Heartbeat | undefined {
  const { path, disk, record, emit } = target;
  if (options === false) {
    try {
      writePresence(path, { ...record(), intervalMs: 0 }, disk);
    } catch {
      // As with a beat: presence is a help to others, never a condition for writing.
    }
    return undefined;
  }
  const { intervalMs = DEFAULT_INTERVAL_MS, asEvents = false } = options ?? {};
  return createHeartbeat({
    intervalMs,
    beat: () => {
      const beat = { ...record(), intervalMs };
      writePresence(path, beat, disk);
      return asEvents ? emit({ progress: beat.progress, intervalMs }) : undefined;
    },
  });
}
