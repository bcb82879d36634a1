import { type Declare } from "../program.js";

/** The commands about whole documents and bindings. */
export function declareDocuments(_declare: Declare): void {}
