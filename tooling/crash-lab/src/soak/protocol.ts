import { type SessionId } from "@agentlog/types";
import { type TallyState } from "./tally.js";

/** What the parent of a soak and its participants say to each other. */

export type ParticipantName = "writer" | "follower" | "projector" | "importer" | "agent" | "drainer";

/** How a participant is, after its garbage was collected. Bytes. */
export interface Reading {
  /** Since the process started. */
  readonly seconds: number;
  readonly rss: number;
  /** The heap, and what its objects hold outside of it. */
  readonly live: number;
  /** Undefined where the system does not tell. */
  readonly descriptors: number | undefined;
  /** What it has done so far, in its own unit. */
  readonly done: number;
}

/** Who puts a session's events there. */
export type Maker = "writer" | "hooks" | "import";

/** The log of a session, or the registry's. */
export type LogName = SessionId | "registry";

/** What is told of the store. */
export type Said =
  /** A session will be there: said before its first event. */
  | { readonly kind: "session"; readonly session: SessionId; readonly maker: Maker }
  /** What its maker knows to be in a session's log, once it is over. */
  | { readonly kind: "acknowledged"; readonly session: SessionId; readonly tally: TallyState }
  | { readonly kind: "marked"; readonly session: SessionId; readonly marks: number }
  /** What the follower saw of a log. */
  | { readonly kind: "followed"; readonly log: LogName; readonly tally: TallyState }
  | { readonly kind: "projected"; readonly seq: number; readonly digest: string }
  | { readonly kind: "wrong"; readonly what: string };

export type ToParent =
  | Said
  | { readonly kind: "ready" }
  | { readonly kind: "reading"; readonly reading: Reading }
  /** All is done; what keeps the process alive from now on should not. */
  | { readonly kind: "over" };

export type ToParticipant =
  | { readonly kind: "follow"; readonly session: SessionId }
  /** No more work: bring to an end what was begun. `registrySeq` is the registry's last event, for those who follow it. */
  | { readonly kind: "end"; readonly registrySeq: number };
