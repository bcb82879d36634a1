/**
 * What every child process gets. Node 20 reads all root certificates at its start when NODE_EXTRA_CA_CERTS is set, which
 * takes longer than all else that a start does and would hide it; the others change what a start does, or where a store is.
 */
export function cleanEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const hidden = new Set([
    "NODE_EXTRA_CA_CERTS",
    "NODE_OPTIONS",
    "NODE_COMPILE_CACHE",
    "NODE_V8_COVERAGE",
    "AGENTLOG_HOME",
  ]);
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !hidden.has(entry[0]),
  );
  return { ...Object.fromEntries(kept), ...extra };
}
