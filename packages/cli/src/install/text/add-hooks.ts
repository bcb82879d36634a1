import { type Node } from "jsonc-parser";
import { type CaptureProgram } from "../program.js";
import { type SettingsTarget } from "../target.js";
import { endOf, type Layout, layoutIn, lineBreak, renderProperty, renderValue } from "./layout.js";
import { findHooks } from "./our-hooks.js";
import { type SettingsText } from "./settings-text.js";

/** What was there before and cannot be told any more from the text: lists and objects that were empty. */
export interface AddedTo {
  /** There was no root object at all. */
  readonly root: boolean;
  readonly emptyHooks: boolean;
  readonly emptyEvents: readonly string[];
}

interface Insertion {
  readonly at: number;
  readonly text: string;
}

/**
 * Adds a handler of each event to settings that have none of ours. Each addition is one piece of text put at one place,
 * and no other character changes: that is what lets `removeHooks` undo it exactly.
 *
 * Throws `INVALID_SETTINGS` when `hooks` has an unexpected shape.
 */
export function addHooks(
  settings: SettingsText,
  target: SettingsTarget,
  program: CaptureProgram,
): { readonly text: string; readonly addedTo: AddedTo } {
  const { root, text } = settings;
  const entries = target.events.map((event) => [event, entryOf(event, target, program)] as const);
  const { property, events } = findHooks(settings, target, true);
  if (root === undefined) {
    const whole = { ...target.fresh, hooks: Object.fromEntries(entries.map(([event, entry]) => [event, [entry]])) };
    const eol = lineBreak(text);
    const written = JSON.stringify(whole, null, "  ").replaceAll("\n", eol) + eol;
    return { text: written + text, addedTo: { root: true, emptyHooks: false, emptyEvents: [] } };
  }
  const insertions: Insertion[] = [];
  const into = (container: Node, write: (layout: Layout) => readonly string[]): void => {
    const layout = layoutIn(settings, container, text.slice(0, container.offset + 1));
    insertions.push(insertion(container, layout, write(layout)));
  };
  const newEvent = (layout: Layout, [event, entry]: readonly [string, unknown]): string =>
    renderProperty(event, [entry], layout);
  const hooks = property?.children?.[1];
  if (hooks === undefined) {
    into(root, (layout) => [
      renderProperty("hooks", Object.fromEntries(entries.map(([event, entry]) => [event, [entry]])), layout),
    ]);
  } else {
    const lists = new Map(events.map(({ name, list }) => [name, list]));
    const missing = entries.filter(([event]) => !lists.has(event));
    if (missing.length > 0) into(hooks, (layout) => missing.map((entry) => newEvent(layout, entry)));
    for (const [event, entry] of entries) {
      const list = lists.get(event);
      if (list !== undefined) into(list, (layout) => [renderValue(entry, layout)]);
    }
  }
  return {
    text: apply(text, insertions),
    addedTo: {
      root: false,
      emptyHooks: hooks !== undefined && isEmpty(hooks),
      emptyEvents: events
        .filter(({ name, list }) => target.events.includes(name) && isEmpty(list))
        .map(({ name }) => name),
    },
  };
}

function entryOf(event: string, target: SettingsTarget, program: CaptureProgram): unknown {
  const handler = target.handler(event, program);
  return target.nesting === "groups" ? { hooks: [handler] } : handler;
}

function isEmpty(container: Node): boolean {
  return (container.children ?? []).length === 0;
}

/** Behind the last child, or right behind the bracket of a container without any. */
function insertion(container: Node, { lead, tail }: Layout, children: readonly string[]): Insertion {
  const last = container.children?.at(-1);
  if (last !== undefined) return { at: endOf(last), text: children.map((child) => `,${lead}${child}`).join("") };
  return { at: container.offset + 1, text: lead + children.join(`,${lead}`) + tail };
}

function apply(text: string, insertions: readonly Insertion[]): string {
  let out = "";
  let done = 0;
  for (const { at, text: added } of [...insertions].sort((a, b) => a.at - b.at)) {
    out += text.slice(done, at) + added;
    done = at;
  }
  return out + text.slice(done);
}
