import { agentlogError } from "@agentlog/types";
import { bareText, isKept } from "./bare.js";
import { type ChangeOptions, type ChangeReport, untilUnchanged } from "./change.js";
import { dropBackups, makeBackup } from "./disk/backups.js";
import { makeFolders, missingFolders, removeFolders } from "./disk/folders.js";
import { readReceipt, type Receipt, removeReceipt, writeReceipt } from "./disk/receipt.js";
import { findFile, type FoundFile, isUnchanged, replaceFound } from "./disk/settings-file.js";
import { installationIn } from "./installed.js";
import { type CaptureProgram } from "./program.js";
import { type InstallTarget } from "./target.js";
import { addHooks, type AddedTo } from "./text/add-hooks.js";
import { parseSettings } from "./text/settings-text.js";

interface Plan {
  readonly after: string;
  readonly addedTo: AddedTo;
}

/**
 * Has an agent start the capture program. What is installed already stays as it is; an older one of ours is replaced; all
 * else in the file keeps every character. What of an existing file is the user's is backed up before it is changed.
 *
 * Throws `INVALID_SETTINGS`, `UNSAFE_PATH`, `IO_ERROR` or `USAGE`; the agent's file is then as it was.
 */
export function installHooks(target: InstallTarget, program: CaptureProgram, options: ChangeOptions): ChangeReport {
  const { disk, dryRun, now } = options;
  target.check?.(program);
  return untilUnchanged(target, () => {
    const found = findFile(target, disk);
    const { installed, current } = installationIn(found, target, program);
    const before = found.bytes?.toString();
    const report = {
      file: found.file,
      ...(found.real === found.file ? {} : { linkedTo: found.real }),
      events: target.events,
      before,
    };
    if (current) return { ...report, changed: false, after: before };

    const known = readReceipt(target.file, disk);
    // Of hooks that are gone by now the receipt says nothing that still holds, but for the folders.
    const old = installed ? known : undefined;
    refuseUnfit(found, target);
    const bare = bareText(found, target, program, old);
    const plan = planChange(bare, target, program);
    if (dryRun) return { ...report, changed: true, after: plan.after };

    const folders = Math.max(known?.folders ?? 0, missingFolders(found.file, disk));
    const receipt: Receipt = {
      installed: old?.installed ?? now.toISOString(),
      file: bare === undefined || old?.file === true,
      folders,
      addedTo: { ...plan.addedTo, root: plan.addedTo.root || old?.addedTo.root === true },
    };
    let backup: string | undefined;
    let done: boolean | undefined;
    try {
      makeFolders(found.file, target.scope, disk);
      // Before the file: after a crash in between, what we made must not pass for the user's.
      writeReceipt(found.file, receipt, disk);
      if (!isKept(found, target, bare, disk))
        backup = makeBackup(found.file, found.bytes ?? Buffer.alloc(0), now, disk);
      done = replaceFound(found, target, Buffer.from(plan.after), disk);
    } finally {
      if (done === undefined) undo(found, target, installed ? undefined : folders, backup, disk);
    }
    if (!done) {
      if (backup !== undefined) dropBackups([backup], disk);
      return undefined;
    }
    return { ...report, changed: true, after: plan.after, ...(backup === undefined ? {} : { backup }) };
  });
}

function planChange(bare: string | undefined, target: InstallTarget, program: CaptureProgram): Plan {
  if (target.kind === "file") {
    return { after: target.content(program), addedTo: { root: true, emptyHooks: false, emptyEvents: [] } };
  }
  const settings = parseSettings(target.file, Buffer.from(bare ?? ""), target);
  const { text, addedTo } = addHooks(settings, target, program);
  return { after: settings.mark + text, addedTo };
}

/** What the agent itself could not read, and a file of somebody else's where ours belongs. */
function refuseUnfit({ bytes, file }: FoundFile, target: InstallTarget): void {
  if (bytes === undefined) return;
  if (target.kind === "settings") return void parseSettings(file, bytes, target);
  if (target.isOurs(bytes.toString())) return;
  const reason = "is not agentlog's";
  throw agentlogError("INVALID_SETTINGS", `${file} ${reason}; nothing was changed, move the file away first`, {
    path: file,
    reason,
  });
}

/** Takes back what was made around a file that was not changed; whatever cannot be is only superfluous. */
function undo(
  found: FoundFile,
  target: InstallTarget,
  folders: number | undefined,
  backup: string | undefined,
  disk: ChangeOptions["disk"],
): void {
  try {
    // It failed with the new file in place, or somebody else changed it: what stands beside it may be needed.
    if (!isUnchanged(found, target, disk)) return;
    if (backup !== undefined) dropBackups([backup], disk);
    if (folders === undefined) return;
    removeReceipt(found.file, disk);
    removeFolders(found.file, folders, disk);
  } catch {
    // The error that brought us here is the one to report.
  }
}
