import {
  type Confidence,
  type Evidence,
  type ParentCandidate,
  type Resolution,
  type ResolutionSource,
} from "@agentlog/identity-resolution";
import { type EdgeKind, type SessionId } from "@agentlog/types";
import { countField, defined, field, type Fields, fieldsOf, listField, sessionField, textField } from "./fields.js";
import { LONGEST_TEXT, MOST_LABELS } from "./limits.js";

const SOURCES: Readonly<Record<ResolutionSource, true>> = {
  exact: true,
  explicit: true,
  lineage: true,
  fingerprint: true,
  minted: true,
  ambiguous: true,
};

const CONFIDENCES: Readonly<Record<Confidence, true>> = {
  exact: true,
  explicit: true,
  high: true,
  low: true,
  none: true,
};

const KINDS: Readonly<Record<EdgeKind, true>> = {
  fork: true,
  "sub-agent": true,
  clear: true,
  continuation: true,
  manual: true,
};

/** A resolution of unknown shape; what is not what it should be counts as not told. */
export function readResolution(session: SessionId, value: unknown): Resolution {
  const of = fieldsOf(value);
  const parent = fieldsOf(field(of, "parent"));
  const parentId = sessionField(parent, "session");
  return {
    session,
    source: oneOf(SOURCES, of, "source") ?? "minted",
    confidence: oneOf(CONFIDENCES, of, "confidence") ?? "none",
    evidence: readEvidence(of),
    candidates: listField(of, "candidates").slice(0, MOST_LABELS).flatMap(readCandidate),
    candidatesOmitted: countField(of, "candidatesOmitted") ?? 0,
    ...(parentId === undefined ? {} : { parent: { session: parentId, kind: readKind(parent) ?? "manual" } }),
  };
}

/** The `kind` of an edge or a link; undefined when it is none that is known. */
export function readKind(of: Fields): EdgeKind | undefined {
  return oneOf(KINDS, of, "kind");
}

/** The `evidence` of a resolution, a candidate or an edge. */
export function readEvidence(of: Fields): readonly Evidence[] {
  return listField(of, "evidence").slice(0, MOST_LABELS).flatMap(readReason);
}

function readReason(value: unknown): Evidence[] {
  const of = fieldsOf(value);
  const kind = textField(of, "kind");
  const told = textField(of, "value");
  if (kind === undefined || kind.length > LONGEST_TEXT) return [];
  return [defined<Evidence>({ kind, value: told === undefined || told.length > LONGEST_TEXT ? undefined : told })];
}

function readCandidate(value: unknown): ParentCandidate[] {
  const of = fieldsOf(value);
  const session = sessionField(of, "session");
  return session === undefined ? [] : [{ session, evidence: readEvidence(of) }];
}

function oneOf<T extends string>(known: Readonly<Record<T, true>>, of: Fields, name: string): T | undefined {
  const text = textField(of, name);
  return text !== undefined && Object.hasOwn(known, text) ? (text as T) : undefined;
}
