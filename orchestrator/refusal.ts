import { fault, type Fault } from '../shared/errors.ts';
import { faultsAtMost } from './input/faults-at-most.ts';
import type { NamedKind } from './spelling.ts';
import type { InputFault } from '../shared/input/input-fault.ts';

/**
 * Why a request is refused: one clear sentence, and the faults of the file where a file is to
 * blame. The first part of `code` says of what kind it is; `http/problem-kinds.ts` has the status
 * of each.
 */
export interface Refusal extends Fault {
  readonly faults?: readonly InputFault[];
  /** What is wrong in the request itself, place by place. */
  readonly places?: readonly WrongPlace[];
  /** The roles that allow what was asked, and the one that the caller has. */
  readonly role?: MissingRole;
  /** The name that is not known: the answer adds the nearest one that is. */
  readonly unknown?: UnknownName;
}

export interface MissingRole {
  readonly needs: readonly string[];
  readonly has: string;
}

/** A place of a request, as a JSON pointer, and what is wrong there. */
export interface WrongPlace {
  readonly pointer: string;
  readonly detail: string;
}

/** A name that nothing has. */
export interface UnknownName {
  readonly kind: NamedKind;
  readonly name: string;
}

/** What was asked for by name is not there. */
export const notFound = (
  what:
    | 'client'
    | 'campaign'
    | 'release'
    | 'survey'
    | 'evidence'
    | 'schedule'
    | 'request'
    | 'destination'
    | 'message'
    | 'token'
    | 'session',
  name: string,
  hint = '',
): Refusal => ({
  ...fault(`notFound.${what}`, `there is no ${what} named ${name}${hint}`),
  ...(isStoredName(what) ? { unknown: { kind: what, name } } : {}),
});

const isStoredName = (what: string): what is NamedKind =>
  ['client', 'campaign', 'release', 'survey'].includes(what);

/** A file that was refused; nothing has been changed. */
export function badFile(file: string, faults: readonly InputFault[]): Refusal {
  const isCut = faults.length >= faultsAtMost;
  const many =
    faults.length === 1 ? '1 fault' : `${isCut ? `at least ${faultsAtMost}` : faults.length} faults`;
  const refusal = fault('input.file', `${file} has ${many}; nothing was changed`);
  return { ...refusal, faults: faults.slice(0, faultsAtMost) };
}
