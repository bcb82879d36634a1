import { toCell } from "./layers/layer.js";
import { createMemoryTable, type MemoryTable } from "./layers/memory-table.js";
import { readLayers } from "./layers/merge-layers.js";
import { samePosition } from "./position.js";
import { type FoldPosition, type OpenReadModelStore } from "./store.js";

interface Kept {
  table: MemoryTable;
  position: FoldPosition | undefined;
}

/** Read models in memory, for as long as the function returned is kept: whoever opens one twice opens the same. */
export function memoryStore(): OpenReadModelStore {
  const models = new Map<string, Kept>();
  return ({ name, version }) => {
    const id = JSON.stringify([name, version]);
    const kept: Kept = models.get(id) ?? { table: createMemoryTable(false), position: undefined };
    models.set(id, kept);
    return {
      ...readLayers(() => [kept.table]),
      position: () => kept.position,
      commit: (changes, from, to) => {
        if (!samePosition(kept.position, from)) return false;
        const cells = changes.map(toCell);
        kept.table.put(cells.map((cell) => ({ cell, old: kept.table.cell(cell.key) })));
        kept.position = to;
        return true;
      },
      clear: () => {
        kept.table = createMemoryTable(false);
        kept.position = undefined;
      },
      close: () => {},
    };
  };
}
