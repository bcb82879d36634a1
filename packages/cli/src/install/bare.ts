import { type Disk } from "@agentlog/durable-fs";
import { backupsOf } from "./disk/backups.js";
import { type Receipt } from "./disk/receipt.js";
import { type FoundFile } from "./disk/settings-file.js";
import { type CaptureProgram } from "./program.js";
import { type InstallTarget } from "./target.js";
import { removeHooks } from "./text/remove-hooks.js";
import { parseSettings } from "./text/settings-text.js";

/**
 * A file's text without anything of ours; undefined when nothing would be left of a file that an install made.
 *
 * Throws `INVALID_SETTINGS`.
 */
export function bareText(
  { bytes }: FoundFile,
  target: InstallTarget,
  program: CaptureProgram,
  receipt: Receipt | undefined,
): string | undefined {
  if (bytes === undefined || target.kind === "file") return undefined;
  const settings = parseSettings(target.file, bytes, { comments: true });
  const text = removeHooks(settings, target, receipt?.addedTo, program.hook) ?? settings.text;
  return receipt?.file === true && text.trim() === "" ? undefined : settings.mark + text;
}

/** Whether all that is the user's in a file is in the file's bare text, and that is kept by a backup or not needed. */
export function isKept(found: FoundFile, target: InstallTarget, bare: string | undefined, disk: Disk): boolean {
  if (found.bytes === undefined) return true;
  if (bare !== undefined) return backupsOf(found.file, Buffer.from(bare), disk).length > 0;
  return target.kind === "settings" || target.isUntouched(found.bytes.toString());
}
