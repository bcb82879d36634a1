import { getNodeValue, type Node } from "jsonc-parser";
import { isOurHandler } from "../ours.js";
import { type SettingsTarget } from "../target.js";
import { invalidSettings, propertyNode, type SettingsText } from "./settings-text.js";

/** The hooks of a settings file. */
export interface HooksTree {
  /** The property `hooks` of the root; undefined when there is none. */
  readonly property: Node | undefined;
  readonly events: readonly EventHooks[];
}

/** What stands under one event. */
export interface EventHooks {
  readonly name: string;
  readonly property: Node;
  readonly list: Node;
  readonly entries: readonly Entry[];
}

/** One element of an event's list; `ours` are the handlers in it, or the element itself, that start our program. */
export interface Entry {
  readonly node: Node;
  /** The list the handlers are in: the event's own, or that of the group. */
  readonly within: Node;
  readonly handlers: readonly Node[];
  readonly ours: readonly Node[];
}

/**
 * Finds our handlers. Lists and groups of another shape than the agent's are somebody else's and have none.
 *
 * Throws `INVALID_SETTINGS` where `strict` and `hooks` is no object, or one of our events no list: nothing could be added.
 */
export function findHooks(settings: SettingsText, target: SettingsTarget, strict: boolean, hook?: string): HooksTree {
  const property = settings.root === undefined ? undefined : propertyNode(settings, settings.root, "hooks");
  const hooks = property?.children?.[1];
  if (hooks === undefined) return { property, events: [] };
  if (hooks.type !== "object") {
    if (strict) throw invalidSettings(settings.file, `has a "hooks" that is no object but ${hooks.type}`);
    return { property, events: [] };
  }
  const wanted = new Set(target.events);
  const events: EventHooks[] = [];
  for (const event of hooks.children ?? []) {
    const [key, list] = event.children ?? [];
    if (key === undefined || list === undefined) continue;
    const name = String(key.value);
    if (wanted.has(name)) propertyNode(settings, hooks, name);
    if (list.type === "array") {
      const entries = (list.children ?? []).map((node) => readEntry(node, list, target, hook));
      events.push({ name, property: event, list, entries });
    } else if (strict && wanted.has(name)) {
      throw invalidSettings(settings.file, `has hooks of ${name} that are no list but ${list.type}`);
    }
  }
  return { property, events };
}

/** What our handlers of one event are set to; as plain objects, where the parser's have no prototype. */
export function ourValues({ entries }: EventHooks): readonly unknown[] {
  return entries.flatMap(({ ours }) => ours.map((node) => JSON.parse(JSON.stringify(getNodeValue(node))) as unknown));
}

function readEntry(node: Node, list: Node, { nesting, agent }: SettingsTarget, hook: string | undefined): Entry {
  const within = nesting === "handlers" ? list : groupList(node);
  const handlers = nesting === "handlers" ? [node] : (within?.children ?? []);
  const ours = handlers.filter(
    (handler) => handler.type === "object" && isOurHandler(getNodeValue(handler), agent, hook),
  );
  return { node, within: within ?? list, handlers, ours };
}

function groupList(group: Node): Node | undefined {
  if (group.type !== "object") return undefined;
  const lists = (group.children ?? []).filter((property) => property.children?.[0]?.value === "hooks");
  const list = lists.length === 1 ? lists[0]?.children?.[1] : undefined;
  return list?.type === "array" ? list : undefined;
}
