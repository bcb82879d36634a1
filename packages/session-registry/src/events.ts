import { type Evidence, type Resolution } from "@agentlog/identity-resolution";
import { type EdgeKind, type JsonObject, type SessionId, type Sighting } from "@agentlog/types";
import { type Outcome } from "./contract.js";

/** A sighting as it is stored: what a person typed is there as fingerprints and, where that is wanted, a preview. */
export type StoredSighting = Omit<Sighting, "prompt"> & {
  readonly fingerprints?: Readonly<Record<string, string>>;
  readonly promptPreview?: string;
};

/** The data of each event of the registry's log. All but the sweep's are about the event's `session`. */
export interface RegistryEventData {
  "session.seen": { readonly sighting: StoredSighting; readonly resolution: Resolution; readonly payload?: JsonObject };
  /** `null`: it has none any more. */
  "session.aliased": { readonly alias: string | null };
  "session.linked": { readonly tasks: readonly string[]; readonly projects: readonly string[] };
  "session.unlinked": { readonly tasks: readonly string[]; readonly projects: readonly string[] };
  /** `null`: no parent. */
  "session.parented": {
    readonly parent: SessionId | null;
    readonly kind: EdgeKind;
    readonly by: "person" | "inference";
    readonly evidence: readonly Evidence[];
  };
  "session.closed": { readonly outcome: Exclude<Outcome, "open">; readonly reason?: string };
  "session.reopened": object;
  /** `parent`: the one of the two whose parent both have from now on; `null`: none of them. */
  "session.merged": { readonly into: SessionId; readonly parent: SessionId | null };
  /**
   * `to`, which was merged into `session`, is a session again, with its native sessions; or `to` is new and gets the native
   * session that is named. `without`: what it had and cannot have again, because another session has it or comes from it.
   */
  "session.split": {
    readonly to: SessionId;
    readonly agent?: string;
    readonly native?: string;
    readonly without?: readonly ("alias" | "parent")[];
  };
  "session.unbound": { readonly agent: string; readonly native: string };
  /** A title that another session held for this one. */
  "session.retitled": { readonly title: string; readonly from: SessionId };
  "sessions.idled": { readonly sessions: readonly SessionId[] };
  "sessions.archived": { readonly sessions: readonly SessionId[] };
}

export type RegistryEventType = keyof RegistryEventData;

/** An event to append. */
export type RegistryEvent = {
  readonly [T in RegistryEventType]: {
    readonly type: T;
    readonly time: string;
    readonly session?: SessionId;
    readonly data: RegistryEventData[T] & object;
  };
}[RegistryEventType];

/** An event as it is read: nobody promises that its data has the shape of its type. */
export type ReadEvent = {
  readonly type: string;
  readonly time: string;
  readonly session?: unknown;
  readonly data: unknown;
};
