/** The name under which the choice of clock is handed to child processes. */
export const CLOCK_VARIABLE = "AGENTLOG_BENCH_CLOCK";

/**
 * Milliseconds from some beginning: of the wall clock, or of the processor time of this process, all threads and the kernel's
 * work for it included. The second one still tells something on a machine with other work, and nothing about waiting: for a
 * disk, for a lock, for another process.
 */
export const now: () => number =
  process.env[CLOCK_VARIABLE] === "cpu"
    ? () => {
        const { user, system } = process.cpuUsage();
        return (user + system) / 1000;
      }
    : () => performance.now();
