import { isAgentlogError } from "@agentlog/types";
import { type ListOptions, type Snapshot, type SnapshotDocuments } from "./contract.js";
import { type SnapshotCore } from "./core.js";

/** The default of `SnapshotCore.listBy`: the list, and each of its documents. What is deleted meanwhile is left out. */
export async function listByLoading(
  core: SnapshotCore,
  owner: string,
  options: Omit<ListOptions, "owner">,
): Promise<SnapshotDocuments<unknown>> {
  const { entries, unreadable, next } = await core.list({ ...options, owner });
  const snapshots: Snapshot<unknown>[] = [];
  const failed = [...unreadable];
  for (const { key } of entries) {
    try {
      const found = await core.load(key, undefined);
      if (found?.owner === owner) snapshots.push(found);
    } catch (error) {
      if (!isAgentlogError(error)) throw error;
      failed.push({ key, path: core.locate(key), error });
    }
  }
  return { snapshots, unreadable: failed, next };
}
