import { type Stored, type StoredMessage } from "../stored.js";
import { DATA_COLUMNS, dataCell, idCell, jsonCell, textCell } from "./cells.js";
import { toOldForm } from "./old-form.js";
import { type ReadDatabase } from "./open.js";

type Load = () => Promise<Stored<StoredMessage> | undefined>;

/**
 * The messages of version 2, each whole in one row, in the order of `seq`.
 *
 * @param hasOld leave out those that the table of version 1 has
 */
export function newMessages(database: ReadDatabase, session: string, hasOld: boolean): readonly Load[] {
  const others = hasOld ? "AND NOT EXISTS (SELECT 1 FROM message AS old WHERE old.id = session_message.id)" : "";
  const rows = database.all(`SELECT id FROM session_message WHERE session_id = ? ${others} ORDER BY seq, id`, session);
  return rows.flatMap((row) => {
    const id = idCell(row, "id");
    return id === undefined ? [] : [async () => readMessage(database, id)];
  });
}

function readMessage(database: ReadDatabase, id: string): Stored<StoredMessage> | undefined {
  const row = database.all(`SELECT type, seq, ${DATA_COLUMNS} FROM session_message WHERE id = ?`, id)[0];
  if (row === undefined) return undefined;
  const read = dataCell(row, "session_message");
  if (read.kind === "bad") return read;
  const { message, parts } = toOldForm(textCell(row, "type") ?? "untyped", read.value);
  const seq = jsonCell(row["seq"]);
  return {
    ...read,
    value: {
      id,
      message,
      // A fork names its copies after their number in the parent, which they keep; other ids have no underscore behind `msg_`.
      copied: typeof seq === "number" && /^msg_[^_]+_\d+$/.test(id) && id.endsWith(`_${seq}`),
      parts: async function* () {
        for (const part of parts) yield { kind: "ok", value: part, bytes: 0 };
      },
    },
  };
}
