import { sep } from "node:path";

/** A folder's name, with what some services put behind it: `Dropbox (Team)`, `OneDrive - Contoso`. */
const NAMED = /^(Dropbox|OneDrive|Nextcloud|ownCloud|Google ?Drive|iCloud ?Drive)(?: [-(].*)?$/;

/** Where macOS keeps them; the second holds those of all other services. */
const PLACES: readonly (readonly [parent: string, name: string, service: string])[] = [
  ["Library", "Mobile Documents", "iCloud Drive"],
  ["Library", "CloudStorage", "a cloud service"],
];

/** The service that copies what is at this path to other machines, told by the names of its folders; undefined otherwise. */
export function cloudServiceOf(path: string): string | undefined {
  const names = path.split(sep);
  for (const [index, name] of names.entries()) {
    const place = PLACES.find(([parent, own]) => own === name && parent === names[index - 1]);
    const service = place?.[2] ?? NAMED.exec(name)?.[1];
    if (service !== undefined) return service;
  }
  return undefined;
}
