import { type SessionId } from "@agentlog/types";
import { type SessionRecord } from "../contract.js";

/** A record of which only the id, the agent and a time are known. */
export function freshRecord(session: SessionId, agent: string, at: string): SessionRecord {
  return {
    session,
    agent,
    natives: [],
    logs: [],
    transcripts: [],
    fingerprints: {},
    heads: [],
    candidates: [],
    candidatesOmitted: 0,
    resolution: { source: "minted", confidence: "none", evidence: [] },
    tasks: [],
    projects: [],
    activity: "active",
    outcome: "open",
    created: at,
    progress: at,
    runs: 1,
    subAgents: [],
    subAgentsOmitted: 0,
    references: [],
    foreignTitles: [],
    refused: [],
  };
}
