/** Says of most keys that are not in a segment that they are not, without a look at the file (a Bloom filter). */
export interface KeyFilter {
  /** Keys it was made for. */
  readonly capacity: number;
  add(key: string): void;
  /** False only for a key that was not added; true for 1 in about 400 of those. */
  mayHave(key: string): boolean;
}

const BITS_PER_KEY = 16;
const HASHES = 4;

/**
 * Kept in memory only, for segments this process wrote itself: it is whoever folds a whole log that asks for one new key
 * after another, and each would be searched for in every segment.
 */
export function createKeyFilter(capacity: number): KeyFilter {
  const words = Math.max(1, 2 ** Math.ceil(Math.log2((capacity * BITS_PER_KEY) / 32)));
  const bits = new Uint32Array(words);
  const mask = words * 32 - 1;

  /** Calls with the places of a key's bits until told to stop. */
  const places = (key: string, visit: (word: number, bit: number) => boolean): boolean => {
    let first = 0x811c9dc5;
    for (let at = 0; at < key.length; at++) first = Math.imul(first ^ key.charCodeAt(at), 0x01000193);
    // The low bits of FNV are its weakest.
    first = Math.imul(first ^ (first >>> 15), 0x2c1b3c6d);
    const second = Math.imul(first ^ (first >>> 12), 0x297a2d39) | 1;
    for (let hash = 0; hash < HASHES; hash++) {
      const place = (first + Math.imul(hash, second)) & mask;
      if (!visit(place >>> 5, 1 << (place & 31))) return false;
    }
    return true;
  };

  return {
    capacity,
    add: (key) => {
      places(key, (word, bit) => {
        bits[word]! |= bit;
        return true;
      });
    },
    mayHave: (key) => places(key, (word, bit) => (bits[word]! & bit) !== 0),
  };
}
