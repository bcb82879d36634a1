import { sha256 } from "../../records/sha256.js";

/** The message about the machine and the project that every chat begins with. Nobody typed it. */
export function isSessionContext(text: string): boolean {
  return /^\s*<session_context>/.test(text) || text.startsWith("This is the Gemini CLI. We are setting up the context");
}

/**
 * The working directory named in such a message. With several directories in a workspace it is the one whose hash the chat
 * has in its header, else the first.
 */
export function directoryIn(context: string, projectHash: string | undefined): string | undefined {
  const [, list = ""] = /Workspace Directories:\**[ \t]*\n((?:[ \t]+- .+(?:\n|$))+)/.exec(context) ?? [];
  const several = list.split("\n").map((line) => line.replace(/^[ \t]+- /, ""));
  const [, one = ""] = /currently working in the directory: (.+)/.exec(context) ?? [];
  const directories = [...several, one].map((path) => path.trim()).filter((path) => /^(?:[/\\]|[A-Za-z]:)/.test(path));
  return directories.find((path) => sha256(path) === projectHash) ?? directories[0];
}
