export type * from "./definition.js";
export type * from "./store.js";
