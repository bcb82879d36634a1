import { type ForeignTitle, type SessionRecord } from "../contract.js";
import { type SessionId } from "@agentlog/types";
import { type View } from "../view.js";

const MOST_FOUND = 50;
const PAGE = 500;

/** Titles that sessions hold for records of others, by those records. Few sessions do. */
export async function allReferences(view: View): Promise<ReadonlyMap<string, readonly ForeignTitle[]>> {
  const found = new Map<string, ForeignTitle[]>();
  let after;
  for (;;) {
    const page = await view.scan("reference", { limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const { value, key } of page) {
      const [uuid = ""] = value;
      for (const reference of (await view.get(key))?.references ?? []) {
        if (reference.uuid !== uuid) continue;
        found.set(uuid, [...(found.get(uuid) ?? []), { title: reference.title, from: key as SessionId }]);
      }
    }
    after = page.at(-1);
    if (page.length < PAGE) return found;
  }
}

/** Sessions whose conversation begins with one of these records, or may have been copied from one on. */
export async function sessionsSharing(
  view: View,
  agent: string,
  uuids: Iterable<string>,
): Promise<readonly SessionRecord[]> {
  const found = new Map<string, SessionRecord>();
  for (const uuid of uuids) {
    for (const { key } of await view.scan("head", { prefix: [agent, uuid], limit: MOST_FOUND })) {
      const record = found.has(key) ? undefined : await view.get(key);
      if (record !== undefined) found.set(key, record);
    }
  }
  return [...found.values()];
}

/** Sessions that were not merged into another one. */
export async function countSessions(records: Pick<View, "scan">): Promise<number> {
  let count = 0;
  let after;
  for (;;) {
    const page = await records.scan("recent", { limit: PAGE, ...(after === undefined ? {} : { after }) });
    count += page.length;
    after = page.at(-1);
    if (page.length < PAGE) return count;
  }
}
