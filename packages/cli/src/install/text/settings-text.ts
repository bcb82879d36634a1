import { agentlogError } from "@agentlog/types";
import { createScanner, type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";

/** A settings file's text and its syntax tree; offsets of the tree count in `text`. */
export interface SettingsText {
  readonly file: string;
  /** The byte order mark, or nothing. */
  readonly mark: string;
  readonly text: string;
  /** Undefined when there is nothing but white space and comments. */
  readonly root: Node | undefined;
}

/** Settings of people have kilobytes; over this it is no settings file, and a tree of it would fill the memory. */
const MOST_BYTES = 8 * 1024 * 1024;

/** The parser calls itself for each level. */
const MOST_LEVELS = 256;

/** Tokens of the scanner, whose own list is a `const enum` that a bundle does not have. */
const TOKEN = { openBrace: 1, closeBrace: 2, openBracket: 3, closeBracket: 4, end: 17 } as const;

/**
 * Reads a settings file's bytes. `comments` lets comments and trailing commas pass.
 *
 * Throws `INVALID_SETTINGS` for what is no UTF-8, too large, too deep, no JSON (with line and column), or no object.
 */
export function parseSettings(file: string, bytes: Uint8Array, options: { readonly comments: boolean }): SettingsText {
  if (bytes.length > MOST_BYTES)
    throw invalidSettings(file, `has ${bytes.length} bytes, over the limit of ${MOST_BYTES}`);
  const decoded = decode(file, bytes);
  const mark = decoded.startsWith("\uFEFF") ? "\uFEFF" : "";
  const text = decoded.slice(mark.length);
  if (levels(text) > MOST_LEVELS) throw invalidSettings(file, `nests over ${MOST_LEVELS} levels`);
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, {
    disallowComments: !options.comments,
    allowTrailingComma: options.comments,
    allowEmptyContent: true,
  });
  const [first] = errors;
  if (first !== undefined) throw notJson(file, text, first);
  if (root !== undefined && root.type !== "object") throw invalidSettings(file, "is JSON, but no object");
  return { file, mark, text, root };
}

/** An error that leaves the file as it is, and says so. */
export function invalidSettings(file: string, reason: string): Error {
  return agentlogError("INVALID_SETTINGS", `${file} ${reason}; nothing was changed, mend the file and try again`, {
    path: file,
    reason,
  });
}

/** The value of a property, undefined when there is none. Throws `INVALID_SETTINGS` when there are two: readers differ on which counts. */
export function propertyNode(settings: SettingsText, object: Node, name: string): Node | undefined {
  const [found, second] = (object.children ?? []).filter((property) => property.children?.[0]?.value === name);
  if (second !== undefined) throw invalidSettings(settings.file, `has ${JSON.stringify(name)} twice`);
  return found;
}

function decode(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw invalidSettings(file, "is not UTF-8");
  }
}

function levels(text: string): number {
  const scanner = createScanner(text, true);
  let depth = 0;
  let deepest = 0;
  for (let token: number = scanner.scan(); token !== TOKEN.end; token = scanner.scan()) {
    if (token === TOKEN.openBrace || token === TOKEN.openBracket) deepest = Math.max(deepest, ++depth);
    if (token === TOKEN.closeBrace || token === TOKEN.closeBracket) depth--;
  }
  return deepest;
}

function notJson(file: string, text: string, { error, offset }: ParseError): Error {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  const column = offset - before.lastIndexOf("\n");
  return invalidSettings(file, `cannot be read at line ${line}, column ${column} (${printParseErrorCode(error)})`);
}
