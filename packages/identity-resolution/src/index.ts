export type * from "./contract.js";
export { fingerprintsOf, type FingerprintFacts, type Fingerprints } from "./fingerprints.js";
export { type ForkMember, type ForkRecord, type InferredFork } from "./forks/contract.js";
export { inferForks } from "./forks/infer-forks.js";
export { createIdentityIndex, type IdentityIndex } from "./identity-index.js";
export { identityKeys, lookupKeys } from "./keys.js";
export { sanitizePrompt, type SanitizeOptions } from "./prompt/sanitize-prompt.js";
export { resolveIdentity } from "./resolve-identity.js";
