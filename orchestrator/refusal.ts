import { fault, type Fault } from '../shared/errors.ts';
import type { InputFault } from '../shared/input/input-fault.ts';

/**
 * Why an operator does not get what was asked: one clear sentence, and the faults of the file where a file is to blame. The
 * first part of `code` says of what kind it is (see `http/answer-refusal.ts` for the HTTP status of each).
 */
export interface Refusal extends Fault {
  readonly faults?: readonly InputFault[];
}

/** A file with more faults than this is of another kind altogether. */
const faultsAtMost = 10_000;

/** What was asked for by name is not there. */
export const notFound = (
  what: 'client' | 'campaign' | 'release' | 'evidence',
  name: string,
  hint = '',
): Refusal => fault(`notFound.${what}`, `there is no ${what} named ${name}${hint}`);

/** A file that was refused; nothing has been changed. */
export function badFile(file: string, faults: readonly InputFault[]): Refusal {
  const many = faults.length === 1 ? '1 fault' : `${faults.length} faults`;
  const cut = faults.length > faultsAtMost ? ` (the first ${faultsAtMost} of them are told)` : '';
  const refusal = fault('input.file', `${file} has ${many}${cut}; nothing was changed`);
  return { ...refusal, faults: faults.slice(0, faultsAtMost) };
}
