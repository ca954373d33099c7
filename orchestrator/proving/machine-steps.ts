import type { Intent, PreImage, Service, SwapPreImage } from '../../shared/domain/observation/observation.ts';
import type { Journal, StepName } from '../../shared/domain/remediation/procedure.ts';
import { type Equipment, lastPart, type Machine, startService, stopService } from './machine.ts';

/** What a machine makes of a step of a procedure. */
export interface StepAnswer {
  readonly machine: Machine;
  /** `stale`: the files are new already, so there is nothing to record. */
  readonly is: 'done' | 'refused' | 'stale';
  /** What step `record` read. */
  readonly preImage: PreImage | SwapPreImage | null;
}

/**
 * Runs a step as a worker does: the note with the pre-image is written first, then one change is
 * made and proved.
 * @param refuses the client answers, and refuses the step after its note was written
 */
export function runStep(
  equipment: Equipment,
  campaign: string,
  machine: Machine,
  journal: Journal,
  refuses: boolean,
): StepAnswer {
  const { step, direction } = journal;
  if (step === 'close') return { machine: { ...machine, intent: null }, is: 'done', preImage: null };
  const isRecord = step === 'record' || journal.preImage === null;
  if (isRecord && bringsFilesNow(journal) && machine.installed === 'new')
    return { machine, is: 'stale', preImage: null };
  const preImage = isRecord ? asNow(equipment, machine, journal) : journal.preImage;
  if (preImage === null) return { machine, is: 'refused', preImage: null };
  const intent = { kind: journal.procedure, campaign, direction, step, preImage } as Intent;
  const noted: Machine = { ...machine, intent };
  if (refuses) return { machine: noted, is: 'refused', preImage: null };
  if (isRecord) return { machine: noted, is: 'done', preImage };
  const made = make(step, noted, preImage);
  return { machine: made ?? noted, is: made === null ? 'refused' : 'done', preImage: null };
}

const bringsFilesNow = ({ procedure }: Journal): boolean =>
  procedure === 'swap' || procedure === 'replaceAtRestart';

function asNow(
  { product, files }: Equipment,
  { service }: Machine,
  journal: Journal,
): PreImage | SwapPreImage | null {
  if (bringsFilesNow(journal)) {
    const { staging = '', backup = '', keepsBackup = false } = product.swap ?? {};
    const changed = Object.entries(files).map(([name, after]) => ({ name, before: `old ${after}`, after }));
    return { service, directory: product.componentDirectory, staging, backup, keepsBackup, files: changed };
  }
  if (service === null) return null;
  const { to = '' } = product.relocatable[service.name.toLowerCase()] ?? {};
  const from = service.imagePath;
  return { service, sha256: 'service', from, to: `${to}\\${lastPart(from)}` };
}

/** Makes the change of a step; null = the machine cannot prove it. */
function make(step: StepName, machine: Machine, preImage: PreImage | SwapPreImage): Machine | null {
  const before = preImage.service;
  const ran = before?.state === 'running';
  const stops = (): Machine => ({ ...stopService(machine), stopped: machine.stopped || ran });
  const set = (of: Machine, change: Partial<Service>): Machine =>
    of.service === null ? of : { ...of, service: { ...of.service, ...change } };
  switch (step) {
    case 'stop':
      return stops();
    case 'copy':
      return { ...machine, copied: true };
    case 'repoint':
      return 'to' in preImage ? set(stops(), { imagePath: preImage.to }) : null;
    case 'pointBack':
      return before === null || !('from' in preImage)
        ? null
        : set(stops(), { imagePath: preImage.from, startType: before.startType });
    case 'start':
    case 'startAgain':
      return ran ? startService(machine) : { ...machine, stopped: false };
    case 'setManual':
      return set(machine, { startType: 'manual' });
    case 'restoreStartType':
      return set(machine, { startType: before?.startType ?? 'automatic' });
    case 'removeCopy':
      return { ...machine, copied: false };
    case 'stage':
      return { ...machine, staged: true };
    case 'backup':
      return { ...machine, kept: true };
    case 'place':
      return machine.program || machine.held ? null : { ...stops(), installed: 'new' };
    case 'restoreFiles':
      if (machine.installed === 'old') return machine;
      return machine.program || machine.held ? null : { ...stops(), installed: 'old' };
    case 'queueRenames':
      return { ...machine, queued: machine.installed === 'old' };
    case 'withdraw':
      return { ...machine, queued: false };
    case 'removeStaged':
      return { ...machine, staged: false, kept: false };
    case 'protect':
    case 'prove':
      return machine;
    case 'record':
    case 'close':
      return null;
  }
}
