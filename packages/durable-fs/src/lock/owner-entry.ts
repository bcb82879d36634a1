import { type ProcessIdentity } from "../process-identity.js";

/** Who holds a lock: the whole of it stands in the name of one empty file, so that it appears atomically with the lock. */
export interface OwnerEntry extends ProcessIdentity {
  /** Makes each hold's name unique, so that removing a name is a compare-and-delete. */
  readonly nonce: string;
}

const PATTERN = /^o1\.(\d{1,10})\.([0-9a-f]{1,20})\.([0-9a-f]{12})\.(\d{1,20})\.([0-9a-z]{1,40})$/;

/** `o1.<pid>.<start time>.<boot id>.<pid namespace>.<nonce>` */
export function formatOwnerEntry(owner: OwnerEntry): string {
  return `o1.${owner.pid}.${owner.startTime}.${owner.bootId}.${owner.pidNamespace}.${owner.nonce}`;
}

/** The owner a name tells of; undefined for any other name. */
export function parseOwnerEntry(name: string): OwnerEntry | undefined {
  const match = PATTERN.exec(name);
  if (match === null) return undefined;
  const [, pid = "", startTime = "", bootId = "", pidNamespace = "", nonce = ""] = match;
  return { pid: Number(pid), startTime, bootId, pidNamespace, nonce };
}
