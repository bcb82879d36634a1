import { isDeepStrictEqual } from "node:util";
import {
  type IdentityMatches,
  type Resolution,
  resolveIdentity,
  type ResolveOptions,
} from "@agentlog/identity-resolution";
import { type Sighting } from "@agentlog/types";
import { type Seen, type SeenPayload, type SessionRecord } from "../contract.js";
import { type RegistryEvent, type StoredSighting } from "../events.js";
import { adoptsParent } from "../fold/seen.js";
import { storedSighting } from "../sighting.js";
import { type Decision, foresee } from "../transaction.js";
import { descendsFrom, type View } from "../view.js";

export interface SeenOptions {
  readonly resolve: ResolveOptions;
  readonly storeFirstPrompt: boolean;
  /** What else to keep with the event: free, and not folded. */
  readonly payload?: SeenPayload | undefined;
}

/** Bytes of events in one batch, far below what the log takes: sightings of hostile size are appended in several. */
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * Resolves sightings one after another, each with those before it applied; what says nothing new becomes no event. Stops when
 * enough is collected: the result is that of the first sightings.
 */
export async function decideSeen(
  view: View,
  sightings: readonly Sighting[],
  options: SeenOptions,
): Promise<Decision<readonly Seen[]>> {
  const events: RegistryEvent[] = [];
  const result: Seen[] = [];
  let bytes = 0;
  for (const raw of sightings) {
    if (bytes > MOST_BYTES) break;
    const sighting = storedSighting(raw, options.storeFirstPrompt);
    const found = await resolve(view, withPrompt(sighting, raw), options.resolve);
    const known = await view.surviving(found.session);
    const session = known?.session ?? found.session;
    const resolution = await withoutCycle(view, known, { ...found, session });
    const event: RegistryEvent = {
      type: "session.seen",
      time: sighting.at,
      session,
      data: { sighting, resolution },
    };
    // What the event would make of the record, by the fold itself.
    const record = await foresee(view, event);
    if (record === undefined || isDeepStrictEqual(known, record)) {
      if (known !== undefined) result.push({ session, resolution, changed: false, record: known });
      continue;
    }
    const payload = options.payload?.({ sighting, resolution, record: known });
    const whole: RegistryEvent = payload === undefined ? event : { ...event, data: { ...event.data, payload } };
    events.push(whole);
    bytes += Buffer.byteLength(JSON.stringify(whole));
    result.push({ session, resolution, changed: true, record });
  }
  return { events, result };
}

/** What identity is resolved by: what is stored, so that whoever reads the log comes to the same answer, and the prompt. */
function withPrompt(stored: StoredSighting, { prompt, native }: Sighting): Sighting {
  const { fingerprints: _hashes, promptPreview: _preview, ...sighting } = stored;
  // An id too long to be kept still tells this session from others.
  return {
    ...sighting,
    ...(prompt === undefined ? {} : { prompt }),
    ...(native === undefined ? {} : { native }),
  };
}

async function resolve(view: View, raw: Sighting, options: ResolveOptions): Promise<Resolution> {
  const matches = await view.matches(raw);
  const sighting = await withoutForeignSession(view, raw, matches);
  const allowed = [];
  for (const match of matches) {
    const record = match.key[0] === "fingerprint" ? await view.get(match.session.session) : undefined;
    // A native session that a person took out of a session is not brought back into it by its fingerprint.
    if (!refuses(record, sighting)) allowed.push(match);
  }
  const resolution = resolveIdentity(sighting, allowed, options);
  const { parent } = sighting;
  if (resolution.parent !== undefined || parent === undefined || parent === resolution.session) return resolution;
  const evidence = [...resolution.evidence, { kind: "started-by", value: parent }];
  return {
    ...resolution,
    parent: { session: parent, kind: "sub-agent" },
    evidence,
    candidates: [],
    candidatesOmitted: 0,
  };
}

/**
 * The sighting without the session a writer gave, where its native session is bound to another one already, or was taken out
 * of that one by a person: a native session is of one session only.
 */
async function withoutForeignSession(view: View, sighting: Sighting, matches: IdentityMatches): Promise<Sighting> {
  const { session, agent, native } = sighting;
  if (session === undefined || native === undefined) return sighting;
  const isNative = (one: { readonly agent: string; readonly native: string }): boolean =>
    one.agent === agent && one.native === native;
  const bound = matches.find(({ key, session: { natives } }) => key[0] === "native" && natives.some(isNative));
  const given = await view.surviving(session);
  const isForeign = bound !== undefined && bound.session.session !== (given?.session ?? session);
  if (!isForeign && !refuses(given, sighting)) return sighting;
  const { session: _given, ...rest } = sighting;
  return rest;
}

function refuses(record: SessionRecord | undefined, { agent, native }: Sighting): boolean {
  return record?.refused.some((one) => one.agent === agent && one.native === native) === true;
}

/** The resolution without a parent that comes from the session itself. */
async function withoutCycle(view: View, known: SessionRecord | undefined, resolution: Resolution): Promise<Resolution> {
  const { parent, ...rest } = resolution;
  if (parent === undefined || !adoptsParent(known, resolution)) return resolution;
  // A session nobody has seen is above another one only if that one has named it.
  const isAbove = known !== undefined || (await view.hasChild(resolution.session));
  return isAbove && (await descendsFrom(view, parent.session, resolution.session)) ? rest : resolution;
}
