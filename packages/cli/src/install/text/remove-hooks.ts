import { type Node } from "jsonc-parser";
import { type SettingsTarget } from "../target.js";
import { type AddedTo } from "./add-hooks.js";
import { cutChildren, type Cut, cutAll } from "./cuts.js";
import { endOf } from "./layout.js";
import { findHooks } from "./our-hooks.js";
import { type SettingsText } from "./settings-text.js";

/** What is known when no receipt is left: nothing of ours is taken for the user's. */
const NOTHING_KNOWN: AddedTo = { root: false, emptyHooks: false, emptyEvents: [] };

/**
 * Takes every handler of ours out, and every list and object that only they filled, unless `addedTo` says that it was
 * there before. All else stays character by character. Undefined when nothing is ours.
 */
export function removeHooks(
  settings: SettingsText,
  target: SettingsTarget,
  addedTo: AddedTo = NOTHING_KNOWN,
  hook?: string,
): string | undefined {
  const { root, text } = settings;
  const { property, events } = findHooks(settings, target, false, hook);
  const hooks = property?.children?.[1];
  if (root === undefined || property === undefined || hooks === undefined) return undefined;
  if (!events.some(({ entries }) => entries.some(({ ours }) => ours.length > 0))) return undefined;

  const cuts: Cut[] = [];
  const emptied: Node[] = [];
  for (const { name, property: event, list, entries } of events) {
    const touched = entries.filter(({ ours }) => ours.length > 0);
    if (touched.length === 0) continue;
    const gone = touched.filter(({ ours, handlers }) => ours.length === handlers.length).map(({ node }) => node);
    if (gone.length === entries.length && !addedTo.emptyEvents.includes(name)) {
      emptied.push(event);
      continue;
    }
    cuts.push(...cutChildren(text, list, gone));
    for (const { within, ours, node } of touched)
      if (!gone.includes(node)) cuts.push(...cutChildren(text, within, ours));
  }
  if (emptied.length < (hooks.children ?? []).length || addedTo.emptyHooks) {
    return cutAll(text, [...cuts, ...cutChildren(text, hooks, emptied)]);
  }
  const rest = (root.children ?? []).filter((child) => child !== property);
  if (addedTo.root && rest.every((child) => isFresh(child, target))) return withoutRoot(text, root);
  return cutAll(text, cutChildren(text, root, [property]));
}

/** True for what a file of our own has beside its hooks. */
function isFresh({ children: [key, value] = [] }: Node, { fresh }: SettingsTarget): boolean {
  return key !== undefined && Object.hasOwn(fresh, String(key.value)) && fresh[String(key.value)] === value?.value;
}

function withoutRoot(text: string, root: Node): string {
  return text.slice(0, root.offset) + text.slice(endOf(root)).replace(/^\r?\n/, "");
}
