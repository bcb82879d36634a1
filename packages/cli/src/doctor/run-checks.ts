import { documentsCheck } from "./checks/documents.js";
import { hookFailuresCheck } from "./checks/hook-failures.js";
import { hooksCheck } from "./checks/hooks.js";
import { leftoversCheck } from "./checks/leftovers.js";
import { locksCheck } from "./checks/locks.js";
import { logsCheck } from "./checks/logs.js";
import { fileSystemCheck, nodeCheck, spaceCheck } from "./checks/machine.js";
import { permissionsCheck } from "./checks/permissions.js";
import { presenceCheck } from "./checks/presence.js";
import { readModelsCheck } from "./checks/read-models.js";
import { registryCheck } from "./checks/registry.js";
import { spoolCheck } from "./checks/spool.js";
import { storeCheck } from "./checks/store.js";
import { printable } from "./command.js";
import { type Area, type Check } from "./finding.js";
import { type Subject } from "./subject.js";

/** In the order in which they are told: what the others depend on first. */
export const CHECKS: readonly Check[] = [
  storeCheck,
  permissionsCheck,
  locksCheck,
  logsCheck,
  registryCheck,
  readModelsCheck,
  documentsCheck,
  spoolCheck,
  hookFailuresCheck,
  presenceCheck,
  leftoversCheck,
  hooksCheck,
  fileSystemCheck,
  spaceCheck,
  nodeCheck,
];

/** Runs them one after another. A check that fails is a finding, and ends no other. */
export async function* runChecks(subject: Subject, checks: readonly Check[] = CHECKS): AsyncGenerator<Area> {
  for (const check of checks) {
    if (check.ofStore && subject.layout === undefined) continue;
    yield await run(check, subject);
  }
}

async function run({ name, examine }: Check, subject: Subject): Promise<Area> {
  try {
    const { summary, findings, facts } = await examine(subject);
    const found = findings.map((finding) => ({ check: name, ...printable(finding) }));
    return { check: name, summary, findings: found, ...(facts === undefined ? {} : { facts }) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const finding = {
      check: name,
      severity: "problem",
      what: `could not be checked: ${message}`,
      where: subject.resolved?.root ?? "",
      why: "how it stands is not known; the other checks were made all the same",
    } as const;
    return { check: name, summary: "could not be checked", findings: [finding] };
  }
}
