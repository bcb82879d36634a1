import { createHash } from "node:crypto";
import os from "node:os";
import { nodeDisk, type Disk } from "../disk.js";

const ID_FILES = ["/etc/machine-id", "/var/lib/dbus/machine-id"];

/**
 * Names this user on this machine: 32 hex digits, the same in every process. Made of the machine id of systemd or D-Bus
 * where there is one, else of the host name, and of the user's number. Hashed, because a machine id is confidential.
 *
 * Not a secret and no proof: it keeps a store that came with a clone, an archive or a disk image from being used by
 * accident. A host without machine id that changes its name is another machine.
 */
export function machineId(options: { readonly disk?: Disk | undefined } = {}): string {
  const { disk = nodeDisk } = options;
  const machine = ID_FILES.map((path) => readId(path, disk)).find((id) => id !== undefined) ?? `host ${os.hostname()}`;
  const user = process.geteuid?.() ?? os.userInfo().username;
  return createHash("sha256").update(`agentlog store\0${machine}\0${user}`).digest("hex").slice(0, 32);
}

/** Containers have it empty, images "uninitialized". */
function readId(path: string, disk: Disk): string | undefined {
  try {
    const id = disk.readFileSync(path, "utf8").trim();
    return /^[0-9a-f]{32}$/.test(id) ? id : undefined;
  } catch {
    return undefined;
  }
}
