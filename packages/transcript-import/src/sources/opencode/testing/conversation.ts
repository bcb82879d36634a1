import { type JsonObject } from "@agentlog/types";
import { answer, OLD_MS, prompt, type Tree, treeIn } from "./trees.js";

/** When the prompt and the answer of `conversation` began. */
export const PROMPT_MS: number = OLD_MS + 1000;
export const ANSWER_MS: number = OLD_MS + 2000;

/** The session `ses_1` in a folder: a prompt, and an answer that has the given parts. */
export function conversation(folder: string, parts: readonly object[], fields: JsonObject = {}): Tree {
  const tree = treeIn(folder);
  tree.session("ses_1");
  tree.message("ses_1", "msg_1", prompt(PROMPT_MS));
  tree.part("msg_1", "prt_1", { type: "text", text: "do it" });
  tree.message("ses_1", "msg_2", answer(ANSWER_MS, ANSWER_MS + 9000, fields));
  for (const [index, part] of parts.entries()) tree.part("msg_2", `prt_${index + 2}`, { ...part });
  return tree;
}
