/** Who comes from whom. Cannot hold a cycle. */
export interface Forest {
  /** Who stands for the tree a session is in: equal for two of one tree. */
  treeOf(node: number): number;
  parentOf(node: number): number | undefined;
  /** Hangs a root under a session of another tree. */
  attach(root: number, parent: number): void;
}

export function createForest(size: number): Forest {
  const parents: (number | undefined)[] = Array.from({ length: size });
  // Towards the root, with shortcuts: a chain of a thousand forks is not walked a thousand times.
  const towards = Array.from({ length: size }, (_, node) => node);

  const treeOf = (node: number): number => {
    let at = node;
    while (towards[at] !== at) {
      const next = towards[at]!;
      towards[at] = towards[next]!;
      at = next;
    }
    return at;
  };

  return {
    treeOf,
    parentOf: (node) => parents[node],
    attach: (root, parent) => {
      parents[root] = parent;
      towards[root] = treeOf(parent);
    },
  };
}
