import { type Journal, orderOf, type Procedure, type StepName } from './procedure.ts';

/** A procedure, as every screen and every message calls it. */
export const procedureWords: Readonly<Record<Procedure, string>> = {
  relocation: 'relocation',
  workaround: 'workaround',
  swap: 'swap',
  replaceAtRestart: 'replacement at a restart',
};

/** A step of a procedure, as every screen and every message calls it. */
export const stepWords: Readonly<Record<StepName, string>> = {
  record: 'record',
  stop: 'stop',
  copy: 'copy',
  protect: 'protect',
  repoint: 'repoint',
  start: 'start',
  prove: 'prove',
  setManual: 'set to manual',
  pointBack: 'point back',
  startAgain: 'start again',
  removeCopy: 'remove the copy',
  restoreStartType: 'restore the start type',
  stage: 'stage',
  backup: 'back up',
  place: 'place',
  restoreFiles: 'restore the files',
  removeStaged: 'remove staged files',
  queueRenames: 'queue the renames',
  withdraw: 'withdraw',
  close: 'close',
};

/** "relocation of SERVICE" */
export function titleOf({ procedure, service }: Pick<Journal, 'procedure' | 'service'>): string {
  const files = service === '' ? 'the files' : `the files of ${service}`;
  return procedure === 'replaceAtRestart'
    ? `replacement of ${files} at a restart`
    : `${procedureWords[procedure]} of ${service === '' ? files : service}`;
}

/** "step 4 of 8 (protect)" */
export function progressOf(journal: Journal): string {
  const order = orderOf(journal);
  return `step ${order.indexOf(journal.step) + 1} of ${order.length} (${stepWords[journal.step]})`;
}

/** How the reason begins for which a step is tried again. The failure follows. */
export const waitsAt = (journal: Journal): string =>
  `${procedureWords[journal.procedure]} waits at ${progressOf(journal)}: `;
