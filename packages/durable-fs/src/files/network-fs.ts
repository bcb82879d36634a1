import { nodeDisk, type Disk } from "../disk.js";

export interface FileSystemKind {
  /** `network`: appends and locks are not atomic there. `unknown`: not on the list, not Linux, or no such path. */
  readonly kind: "local" | "network" | "unknown";
  /** The number `statfs` gives, as an unsigned 32-bit value; 0 when there is none. */
  readonly type: number;
  readonly name?: string;
}

/** `f_type` of statfs(2) and linux/magic.h. VM shares are on it: they are another machine's disk. */
const NETWORK: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB2"],
  [0x01021997, "9p"],
  [0x564c, "NCP"],
  [0x73757245, "Coda"],
  [0x5346414f, "AFS"],
  [0x6b414653, "kAFS"],
  [0x00c36400, "Ceph"],
  [0x0bd00bd0, "Lustre"],
  [0x47504653, "GPFS"],
  [0x19830326, "BeeGFS"],
  [0xaad7aaea, "PanFS"],
  [0x01161970, "GFS2"],
  [0x7461636f, "OCFS2"],
  [0xbacbacbc, "VMware shared folder"],
  [0x786f4256, "VirtualBox shared folder"],
]);

/** FUSE counts as local: most of it is (encrypted homes, ntfs-3g, virtiofs), and sshfs cannot be told from those. */
const LOCAL: ReadonlyMap<number, string> = new Map([
  [0xef53, "ext4"],
  [0x58465342, "XFS"],
  [0x9123683e, "Btrfs"],
  [0x01021994, "tmpfs"],
  [0x858458f6, "ramfs"],
  [0x794c7630, "overlayfs"],
  [0x2fc12fc1, "ZFS"],
  [0xf2f52010, "F2FS"],
  [0xca451a4e, "bcachefs"],
  [0xf15f, "eCryptfs"],
  [0x4d44, "FAT"],
  [0x2011bab0, "exFAT"],
  [0x7366746e, "NTFS"],
  [0x65735546, "FUSE"],
]);

/** What kind of file system an existing path is on. Never throws: what cannot be told is `unknown`. */
export function describeFileSystem(path: string, options: { readonly disk?: Disk | undefined } = {}): FileSystemKind {
  const { disk = nodeDisk } = options;
  const type = typeOf(path, disk);
  if (process.platform !== "linux") return { kind: "unknown", type }; // other systems number them otherwise
  const network = NETWORK.get(type);
  if (network !== undefined) return { kind: "network", type, name: network };
  const local = LOCAL.get(type);
  return local === undefined ? { kind: "unknown", type } : { kind: "local", type, name: local };
}

function typeOf(path: string, disk: Disk): number {
  try {
    return disk.statfsSync(path).type >>> 0;
  } catch {
    return 0;
  }
}
