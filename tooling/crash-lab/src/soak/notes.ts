import { type SessionId } from "@agentlog/types";
import { type LogName, type Maker, type ParticipantName, type Said } from "./protocol.js";
import { type TallyState } from "./tally.js";

/** What the participants of a soak have said, a few numbers for each session. */

/** What its maker said of a session. */
export interface Claims {
  readonly maker: Maker;
  readonly acknowledged?: TallyState;
  readonly marks?: number;
}

export interface Notes {
  readonly sessions: ReadonlyMap<SessionId, Claims>;
  readonly followed: ReadonlyMap<LogName, TallyState>;
  readonly projected: { readonly seq: number; readonly digest: string } | undefined;
  /** Whatever should not be; the first hundred. */
  readonly wrong: readonly string[];
  hear(message: Said, from: ParticipantName): void;
  add(wrong: readonly string[]): void;
}

const MOST_WRONG = 100;

export function createNotes(): Notes {
  const sessions = new Map<SessionId, Claims>();
  const followed = new Map<LogName, TallyState>();
  const wrong: string[] = [];
  let projected: Notes["projected"];
  const add = (more: readonly string[]): void => {
    wrong.push(...more.slice(0, MOST_WRONG - wrong.length));
  };
  const claim = (session: SessionId, claims: Omit<Claims, "maker">): void => {
    const before = sessions.get(session);
    if (before === undefined) add([`${session} was spoken of before it was announced`]);
    else sessions.set(session, { ...before, ...claims });
  };
  return {
    sessions,
    followed,
    wrong,
    get projected() {
      return projected;
    },
    add,
    hear: (message, from) => {
      switch (message.kind) {
        case "session":
          sessions.set(message.session, { maker: message.maker });
          break;
        case "acknowledged":
          claim(message.session, { acknowledged: message.tally });
          break;
        case "marked":
          claim(message.session, { marks: message.marks });
          break;
        case "followed":
          followed.set(message.log, message.tally);
          break;
        case "projected":
          projected = message;
          break;
        case "wrong":
          add([`the ${from}: ${message.what}`]);
          break;
      }
    },
  };
}
