import { bareText, isKept } from "./bare.js";
import { type ChangeOptions, type ChangeReport, untilUnchanged } from "./change.js";
import { backupsOf, dropBackups, makeBackup } from "./disk/backups.js";
import { removeFolders } from "./disk/folders.js";
import { readReceipt, type Receipt, removeReceipt } from "./disk/receipt.js";
import { findFile, type FoundFile, isUnchanged, removeFound, replaceFound } from "./disk/settings-file.js";
import { installationIn } from "./installed.js";
import { type CaptureProgram } from "./program.js";
import { type InstallTarget } from "./target.js";

/**
 * Takes exactly our hooks out of an agent's file, whatever else was changed there since. What the install made and
 * nobody uses goes too: lists, the file, its folders, and a backup that says nothing more. `program` need not exist.
 *
 * Throws `INVALID_SETTINGS`, `UNSAFE_PATH` or `IO_ERROR`; the agent's file is then as it was.
 */
export function uninstallHooks(target: InstallTarget, program: CaptureProgram, options: ChangeOptions): ChangeReport {
  const { disk, dryRun, now } = options;
  return untilUnchanged(target, () => {
    const found = findFile(target, disk);
    const { events, installed } = installationIn(found, target, program);
    const before = found.bytes?.toString();
    const report = {
      file: found.file,
      ...(found.real === found.file ? {} : { linkedTo: found.real }),
      events,
      before,
    };
    const receipt = readReceipt(target.file, disk);
    if (!installed || found.bytes === undefined) {
      if (!dryRun) tidy(target, receipt, disk);
      return { ...report, changed: false, after: before };
    }
    const after = bareText(found, target, program, receipt);
    if (dryRun) return { ...report, changed: true, after };

    const backup = isKept(found, target, after, disk) ? undefined : makeBackup(found.file, found.bytes, now, disk);
    let done = false;
    try {
      done =
        after === undefined ? removeFound(found, target, disk) : replaceFound(found, target, Buffer.from(after), disk);
    } finally {
      if (!done && backup !== undefined) dropSuperfluous(found, target, backup, disk);
    }
    if (!done) return undefined;
    if (after !== undefined) dropBackups(backupsOf(found.file, Buffer.from(after), disk), disk);
    tidy(target, receipt, disk);
    return { ...report, changed: true, after, ...(backup === undefined ? {} : { backup }) };
  });
}

function tidy(target: InstallTarget, receipt: Receipt | undefined, disk: ChangeOptions["disk"]): void {
  removeReceipt(target.file, disk);
  if (receipt !== undefined) removeFolders(target.file, receipt.folders, disk);
}

/** A backup of a file that was not changed after all. */
function dropSuperfluous(found: FoundFile, target: InstallTarget, backup: string, disk: ChangeOptions["disk"]): void {
  try {
    if (isUnchanged(found, target, disk)) dropBackups([backup], disk);
  } catch {
    // The error that brought us here is the one to report.
  }
}
