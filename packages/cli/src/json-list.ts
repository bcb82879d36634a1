import { type Writable } from "node:stream";
import { ENVELOPE_VERSION, writeTo } from "./output.js";
import { escapeJson } from "./text/escape.js";

/** An envelope whose data holds a list too long to be made first and printed then. */
export interface JsonList {
  item(value: object): Promise<void>;
  /** Closes the list and the envelope; `rest` joins the list in its data. */
  end(rest?: object): Promise<void>;
}

/** Begins `{agentlog, command, ok, data: {…head, [name]: [`. */
export async function jsonList(to: Writable, command: string, head: object, name: string): Promise<JsonList> {
  const text = JSON.stringify({ agentlog: ENVELOPE_VERSION, command, ok: true, data: head }).slice(0, -2);
  await writeTo(to, `${escapeJson(text)}${Object.keys(head).length > 0 ? "," : ""}${JSON.stringify(name)}:[`);
  let first = true;
  return {
    item: async (value) => {
      await writeTo(to, `${first ? "" : ",\n"}${escapeJson(JSON.stringify(value))}`);
      first = false;
    },
    end: async (rest = {}) => {
      const text = JSON.stringify(rest).slice(1, -1);
      await writeTo(to, `]${text === "" ? "" : `,${escapeJson(text)}`}}}\n`);
    },
  };
}
