import { inOrder, type Stored, type StoredMessage, type StoredPart } from "../stored.js";
import { toMs } from "../time.js";
import { DATA_COLUMNS, dataCell, idCell, jsonCell } from "./cells.js";
import { type ReadDatabase } from "./open.js";

type Load = () => Promise<Stored<StoredMessage> | undefined>;

/** The messages of version 1: a row for each, and a row for each part, both with the JSON of the old files. */
export function oldMessages(database: ReadDatabase, session: string): readonly Load[] {
  const rows = database.all("SELECT id, time_created AS ms FROM message WHERE session_id = ?", session);
  const entries = rows.flatMap((row) => {
    const id = idCell(row, "id");
    const ms = jsonCell(row["ms"]);
    return id === undefined ? [] : [{ id, ms: toMs(ms) }];
  });
  return inOrder(entries).map(
    ({ id, ms }) =>
      async () =>
        readMessage(database, id, ms),
  );
}

function readMessage(database: ReadDatabase, id: string, ms: number | undefined): Stored<StoredMessage> | undefined {
  const row = database.all(`SELECT ${DATA_COLUMNS} FROM message WHERE id = ?`, id)[0];
  if (row === undefined) return undefined;
  const read = dataCell(row, "message");
  if (read.kind === "bad") return read;
  const message =
    read.value["time"] === undefined && ms !== undefined ? { ...read.value, time: { created: ms } } : read.value;
  return { ...read, value: { id, message, copied: false, parts: () => readParts(database, id) } };
}

async function* readParts(database: ReadDatabase, message: string): AsyncGenerator<Stored<StoredPart>> {
  const rows = database.all("SELECT id FROM part WHERE message_id = ?", message);
  const ids = rows.flatMap((row) => idCell(row, "id") ?? []).toSorted();
  for (const id of ids) {
    const row = database.all(`SELECT ${DATA_COLUMNS} FROM part WHERE id = ?`, id)[0];
    if (row === undefined) continue;
    const read = dataCell(row, "part");
    yield read.kind === "bad" ? read : { ...read, value: { id, part: read.value } };
  }
}
