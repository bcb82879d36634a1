import { createRequire } from "node:module";
import type stringWidth from "string-width";

let loaded: typeof stringWidth | undefined;

/** The library that knows how wide letters are, loaded for the first text that is not plain: its tables take 15 ms. */
export function loadStringWidth(): typeof stringWidth {
  loaded ??= (createRequire(import.meta.url)("string-width") as { default: typeof stringWidth }).default;
  return loaded;
}
