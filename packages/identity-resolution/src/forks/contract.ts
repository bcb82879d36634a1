import { type NativeSessionId, type SessionId } from "@agentlog/types";
import { type Evidence } from "../contract.js";

/** A conversation record, as far as it tells where a session came from. */
export type ForkRecord = {
  readonly uuid: string;
  readonly parentUuid?: string | undefined;
  /** RFC 3339. A copy keeps it. */
  readonly time?: string | undefined;
  /** The agent's id of the session in which it was made, where the record says so. */
  readonly sessionOfOrigin?: string | undefined;
};

/** A session that shares records with others. */
export type ForkMember = {
  readonly session: SessionId;
  readonly agent: string;
  readonly native: NativeSessionId;
  /** In the order of the file. */
  readonly records: readonly ForkRecord[];
  /** When its file was made, RFC 3339: of a fork that is after the last record it copied. */
  readonly bornAt?: string | undefined;
};

/** Where a session came from, by shared records. Without an edge it came from none of the others. */
export type InferredFork = {
  readonly session: SessionId;
  readonly edge?: { readonly parent: SessionId; readonly kind: "fork"; readonly evidence: readonly Evidence[] };
};
