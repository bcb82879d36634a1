import { type Writable } from "node:stream";
import { ENVELOPE_VERSION, writeTo } from "./output.js";
import { escapeJson } from "./text/escape.js";

/** An envelope whose data holds a list too long to be made first and printed then. */
export interface JsonList {
  item(value: object): Promise<void>;
  /** Closes the list and the envelope; `rest` joins the list in its data. */
  end(rest?: object): Promise<void>;
}

/**
 * An envelope `{agentlog, command, ok, data: {…head, [name]: […]}}`. Nothing is written before the first item or the end,
 * so that what fails before that can still be told by an envelope of its own.
 */
export function jsonList(to: Writable, command: string, head: object, name: string): JsonList {
  const text = JSON.stringify({ agentlog: ENVELOPE_VERSION, command, ok: true, data: head }).slice(0, -2);
  const beginning = `${escapeJson(text)}${Object.keys(head).length > 0 ? "," : ""}${JSON.stringify(name)}:[`;
  let items = 0;
  return {
    item: async (value) => {
      await writeTo(to, `${items++ === 0 ? beginning : ",\n"}${escapeJson(JSON.stringify(value))}`);
    },
    end: async (rest = {}) => {
      const more = JSON.stringify(rest).slice(1, -1);
      await writeTo(to, `${items === 0 ? beginning : ""}]${more === "" ? "" : `,${escapeJson(more)}`}}}\n`);
    },
  };
}
