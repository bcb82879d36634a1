import { type Resolution, resolveIdentity, type ResolveOptions } from "@agentlog/identity-resolution";
import { type Sighting } from "@agentlog/types";
import { isDeepStrictEqual } from "node:util";
import { type Seen, type SeenPayload } from "../contract.js";
import { type RegistryEvent } from "../events.js";
import { foldSeen } from "../fold/seen.js";
import { storedSighting } from "../sighting.js";
import { type Decision, foresee } from "../transaction.js";
import { type View } from "../view.js";

export interface SeenOptions {
  readonly resolve: ResolveOptions;
  readonly storeFirstPrompt: boolean;
  /** What else to keep with the event: free, and not folded. */
  readonly payload?: SeenPayload | undefined;
}

/** Resolves sightings one after another, each with those before it applied; what says nothing new becomes no event. */
export async function decideSeen(
  view: View,
  sightings: readonly Sighting[],
  options: SeenOptions,
): Promise<Decision<readonly Seen[]>> {
  const events: RegistryEvent[] = [];
  const result: Seen[] = [];
  for (const raw of sightings) {
    const sighting = storedSighting(raw, options.storeFirstPrompt);
    const resolution = await resolve(view, raw, options.resolve);
    const known = await view.surviving(resolution.session);
    const session = known?.session ?? resolution.session;
    const after = foldSeen(known, session, sighting, resolution);
    if (known !== undefined && isDeepStrictEqual(known, after)) {
      result.push({ session, resolution, changed: false, record: known });
      continue;
    }
    const payload = options.payload?.({ sighting, resolution, record: known });
    const data = { sighting, resolution, ...(payload === undefined ? {} : { payload }) };
    const event: RegistryEvent = { type: "session.seen", time: sighting.at, session, data };
    events.push(event);
    const record = (await foresee(view, event)) ?? after;
    result.push({ session, resolution: { ...resolution, session }, changed: true, record });
  }
  return { events, result };
}

/** A native session that a person took out of a session is not brought back into it by its fingerprint. */
async function resolve(view: View, sighting: Sighting, options: ResolveOptions): Promise<Resolution> {
  const matches = await view.matches(sighting);
  const allowed = [];
  for (const match of matches) {
    const record = match.key[0] === "fingerprint" ? await view.get(match.session.session) : undefined;
    const isRefused = record?.refused.some(
      ({ agent, native }) => agent === sighting.agent && native === sighting.native,
    );
    if (isRefused !== true) allowed.push(match);
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
