import type { infer as Infer } from "zod";
import type { anyEventSchema, dataSchemas, eventEnvelopeSchema, newEventSchema, sessionEventSchema } from "./event.js";
import type { sessionDocumentSchema } from "./document.js";
import type { presenceRecordSchema } from "./session.js";

export { actorSchema, dataSchemas, eventSourceSchema, logFieldsSchema, traceSchema } from "./event.js";
export { anyEventSchema, eventEnvelopeSchema, newEventSchema, sessionEventSchema } from "./event.js";
export { loopEndedSchema, loopStartedSchema, sessionDocumentSchema } from "./document.js";
export { jsonObjectSchema, jsonValueSchema } from "./json.js";
export {
  blobRefSchema,
  errorCodeSchema,
  eventIdSchema,
  messageRoleSchema,
  nativeSessionIdSchema,
  outcomeSchema,
  presenceStateSchema,
  sessionIdSchema,
  spanIdSchema,
  timeSchema,
  toolKindSchema,
  traceIdSchema,
} from "./scalars.js";
export { presenceRecordSchema } from "./session.js";

// The types as the schemas give them: the hand-written ones of the package's main entry, open to unknown fields.

/** The data of a kind, as its schema gives it. */
export type CheckedData<T extends keyof typeof dataSchemas> = Infer<(typeof dataSchemas)[T]>;
/** What `sessionEventSchema` gives. */
export type CheckedSessionEvent = Infer<typeof sessionEventSchema>;
/** What `anyEventSchema` gives. */
export type CheckedAnyEvent = Infer<typeof anyEventSchema>;
/** What `eventEnvelopeSchema` gives. */
export type CheckedEventEnvelope = Infer<typeof eventEnvelopeSchema>;
/** What `newEventSchema` gives. */
export type CheckedNewEvent = Infer<typeof newEventSchema>;
/** What `presenceRecordSchema` gives. */
export type CheckedPresenceRecord = Infer<typeof presenceRecordSchema>;
/** What `sessionDocumentSchema` gives. */
export type CheckedSessionDocument = Infer<typeof sessionDocumentSchema>;
