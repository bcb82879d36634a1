interface NewerNode {
  nodeWithSqlite(): string | undefined;
}

// Found at run time: it is a script beside this package, and no package of its own that could be imported by name.
const place = new URL("../../../newer-node/newer-node.mjs", import.meta.url).href;
const { nodeWithSqlite } = (await import(place)) as NewerNode;

/** A Node that has SQLite; undefined where there is none. */
export const sqliteNode: string | undefined = nodeWithSqlite();

export function whyNoSqlite(): string | undefined {
  return sqliteNode === undefined ? "no Node with node:sqlite is installed" : undefined;
}
