import { type Sighting } from "@agentlog/types";
import { type IdentityKey, type KnownSession } from "./contract.js";
import { fingerprintsOf, type Fingerprints } from "./fingerprints.js";

/** The fingerprints of a sighting. */
export function sightingFingerprints(sighting: Sighting): Fingerprints {
  const { firstUuid, firstParentUuid } = sighting.transcript ?? {};
  return fingerprintsOf({ prompt: sighting.prompt, firstUuid, firstParentUuid });
}

/** Records with which a copy of the sighted conversation may begin. */
export function sightingHeads(sighting: Sighting): readonly string[] {
  const { firstUuid, heads = [] } = sighting.transcript ?? {};
  return [...new Set(firstUuid === undefined ? heads : [firstUuid, ...heads])].filter((head) => head !== "");
}

/** The process in which the sighted session followed another one, when its hook says that it did. */
export function clearedProcess(sighting: Sighting): string | undefined {
  return sighting.hook?.source === "clear" && sighting.hook.process ? sighting.hook.process : undefined;
}

const distinct = (keys: readonly IdentityKey[]): readonly IdentityKey[] => [
  ...new Map(keys.map((key) => [JSON.stringify(key), key])).values(),
];

/** The keys under which an index may hold a session that a sighting is, or comes from. */
export function lookupKeys(sighting: Sighting): readonly IdentityKey[] {
  const { agent, native, link, transcript } = sighting;
  const process = clearedProcess(sighting);
  const keys: IdentityKey[] = [];
  for (const id of [native, link?.native]) if (id) keys.push(["native", agent, id]);
  if (process !== undefined) keys.push(["cleared", agent, process]);
  if (transcript?.firstParentUuid) keys.push(["lastUuid", agent, transcript.firstParentUuid]);
  for (const head of sightingHeads(sighting)) keys.push(["head", agent, head]);
  for (const [name, value] of Object.entries(sightingFingerprints(sighting))) keys.push(["fingerprint", name, value]);
  return distinct(keys);
}

/** The keys under which an index holds a session: `lookupKeys` of a sighting that concerns it gives at least one of them. */
export function identityKeys(known: KnownSession): readonly IdentityKey[] {
  const keys: IdentityKey[] = known.natives.map(({ agent, native }) => ["native", agent, native]);
  if (known.cleared !== undefined) keys.push(["cleared", known.cleared.agent, known.cleared.process]);
  // Ids of records are unique within one agent's at most.
  for (const agent of new Set(known.natives.map((native) => native.agent))) {
    for (const uuid of known.lastUuids) keys.push(["lastUuid", agent, uuid]);
    for (const head of known.heads) keys.push(["head", agent, head]);
  }
  for (const [name, value] of Object.entries(known.fingerprints)) keys.push(["fingerprint", name, value]);
  return distinct(keys);
}
