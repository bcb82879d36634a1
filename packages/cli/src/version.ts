/** The version of the command: set by the bundler from package.json. */
declare const AGENTLOG_VERSION: string | undefined;

export const VERSION: string = typeof AGENTLOG_VERSION === "string" ? AGENTLOG_VERSION : "0.0.0";
