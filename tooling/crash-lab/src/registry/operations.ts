import { type SessionRegistry } from "@agentlog/session-registry";
import { deriveSessionId, isAgentlogError, type NativeSessionId, type SessionId } from "@agentlog/types";
import { type Random } from "../common/random.js";
import { AGENT, MIXED, SHARED } from "./storm-orders.js";

/** What a caller was told: the operation of that time is in the log, or that native session is that session. */
export interface Told {
  readonly operation: (time: string) => void;
  readonly bound: (native: string, session: string) => void;
}

/** What may be answered with: the session is not there yet, or the change makes no sense as things are. */
const ANSWERS = ["ALIAS_TAKEN", "NOT_FOUND", "PARENT_CYCLE", "USAGE"] as const;

/** Makes random changes of a registry, each under a time of its own. */
export function createOperations(
  registry: () => SessionRegistry,
  random: Random,
  { operation, bound }: Told,
  nextTime: () => string,
): () => Promise<void> {
  const see = async (natives: readonly string[]): Promise<void> => {
    const times = natives.map(nextTime);
    const seen = await registry().seen(
      natives.map((native, at) => ({
        agent: AGENT,
        native: native as NativeSessionId,
        at: times[at]!,
        progress: times[at]!,
        cwd: `/work/${random.below(20)}`,
        title: `Work of ${times[at]}`,
      })),
    );
    for (const [at, { session, changed }] of seen.entries()) {
      if (changed) operation(times[at]!);
      bound(natives[at]!, session);
    }
  };

  const perhaps = async (change: (at: string) => Promise<{ readonly changed: boolean }>): Promise<void> => {
    const at = nextTime();
    try {
      if ((await change(at)).changed) operation(at);
    } catch (error) {
      if (!ANSWERS.some((code) => isAgentlogError(error, code))) throw error;
    }
  };

  const mixed = (): SessionId => deriveSessionId(AGENT, random.pick(MIXED)!);
  const any = (): SessionId => (random.chance(0.5) ? mixed() : deriveSessionId(AGENT, random.pick(SHARED)!));
  const label = (): string => `T-${random.below(50)}`;

  const changes: readonly ((at: string) => Promise<{ readonly changed: boolean }>)[] = [
    (at) => registry().setAlias(any(), random.chance(0.8) ? `alias-${random.below(6)}` : undefined, { at }),
    (at) => registry().link(any(), { tasks: [label()], projects: [label()] }, { at }),
    (at) => registry().unlink(any(), { tasks: [label()] }, { at }),
    (at) => registry().setParent(any(), random.chance(0.8) ? any() : undefined, { at }),
    (at) => registry().merge(mixed(), mixed(), { at }),
    (at) => registry().split(mixed(), { session: mixed() }, { at }),
    (at) => registry().split(mixed(), { agent: AGENT, native: random.pick(MIXED)! }, { at }),
    (at) => registry().closeSession(any(), { outcome: "done" }, { at }),
    (at) => registry().reopen(any(), { at }),
  ];

  return async () => {
    if (random.chance(0.4)) await perhaps(random.pick(changes)!);
    else if (random.chance(0.3)) await see([`fresh-${nextTime()}`]);
    else {
      const among = [...SHARED, ...MIXED];
      await see(Array.from({ length: 1 + random.below(3) }, () => random.pick(among)!));
    }
  };
}
