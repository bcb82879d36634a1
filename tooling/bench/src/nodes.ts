/**
 * The Nodes to measure with: the newest there is, which most runs under, and the running one for what starts processes, when
 * that is another one.
 */
export async function findNodes(
  given?: string,
): Promise<{ readonly newest: string; readonly older: string | undefined }> {
  const newest = given ?? (await nodeWithSqlite()) ?? process.execPath;
  return { newest, older: newest === process.execPath || given !== undefined ? undefined : process.execPath };
}

interface NewerNode {
  readonly nodeWithSqlite: () => string | undefined;
}

/** Looked for at run time: its folder is plain JavaScript outside of this project. */
async function nodeWithSqlite(): Promise<string | undefined> {
  const file = new URL("../../newer-node/newer-node.mjs", import.meta.url);
  const { nodeWithSqlite: find } = (await import(file.href)) as NewerNode;
  return find();
}
