export { drainHooks, type DrainOptions, type DrainReport, type HookProblem } from "./drain.js";
export { type SetAside } from "./set-aside.js";
export { type HookLog } from "./tail-index.js";
export { hasHooksWaiting } from "./waiting.js";
