import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { nodeDisk, type Disk } from "../disk.js";
import { describeFileSystem } from "./network-fs.js";

const reporting = (type: number): Disk => ({
  ...nodeDisk,
  statfsSync: (() => ({ type })) as never,
});

describe.skipIf(process.platform !== "linux")("describeFileSystem", () => {
  it.each([
    [0x6969, "NFS"],
    [0x517b, "SMB"],
    [0xff534d42, "CIFS"],
    [0xff534d42 | 0, "CIFS"], // as a 32-bit system gives it
    [0xfe534d42, "SMB2"],
    [0x01021997, "9p"],
    [0x00c36400, "Ceph"],
    [0x0bd00bd0, "Lustre"],
    [0x73757245, "Coda"],
    [0x5346414f, "AFS"],
  ])("[H-70] knows 0x%x as a network file system", (type, name) => {
    expect(describeFileSystem("/", { disk: reporting(type) })).toEqual({ kind: "network", type: type >>> 0, name });
  });

  it.each([
    [0xef53, "ext4"],
    [0x65735546, "FUSE"],
    [0x9123683e, "Btrfs"],
  ])("[H-70] knows 0x%x as local", (type, name) => {
    expect(describeFileSystem("/", { disk: reporting(type) })).toEqual({ kind: "local", type, name });
  });

  it("does not guess", () => {
    expect(describeFileSystem("/", { disk: reporting(0x12345) })).toEqual({ kind: "unknown", type: 0x12345 });
    expect(describeFileSystem("/no/such/path")).toEqual({ kind: "unknown", type: 0 });
  });

  it("asks the real disk", () => {
    expect(describeFileSystem(tmpdir()).type).toBeGreaterThan(0);
  });
});
