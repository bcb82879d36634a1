/** True for what a person typed to the agent's program and not to its model, such as `/clear`. */
export function isCommand(text: string): boolean {
  return /^\/[a-z][\w:-]*(?:\s|$)/.test(text);
}
