import { many, number } from './numbers.ts';

/** The clients of a campaign that install its release at their next logon unless unmarked. */
export interface Marks {
  readonly inAll: number;
  /** Finished ones: an unmark looks at each now. */
  readonly now: number;
  /** Unfinished ones of an aborted campaign: an unmark passes over them. */
  readonly later: number;
}

/** What of the status of a campaign says which marks are left. */
interface Facts {
  readonly stillMarked: number;
  readonly aborted: { readonly stillMarked: number } | null;
}

/**
 * The marks that stay unless a person takes them back; null = there are none. Every screen takes
 * its number from here.
 */
export function marksOf({ stillMarked, aborted }: Facts): Marks | null {
  const later = Math.max(0, (aborted?.stillMarked ?? 0) - stillMarked);
  const inAll = stillMarked + later;
  return inAll === 0 ? null : { inAll, now: stillMarked, later };
}

/** `4 clients WILL still install sms-sp4` */
export const willInstallWords = ({ inAll }: Marks, release: string): string =>
  `${many(inAll, 'client')} WILL still install ${release}`;

/** The command that takes the marks back. */
export const unmarkCommand = (campaign: string): string =>
  `servpack campaign unmark ${campaign} --reason TEXT`;

/** Of the marks that an unmark passes over now, for the person who asks for it or approves it. */
export const marksLaterWords = (later: number): string =>
  `Marked and not finished yet: ${many(later, 'more client')}. Ask again later.`;

/** When the command takes them back, as the end of a sentence; empty = all of them now. */
export function whenUnmarked({ inAll, now, later }: Marks): string {
  if (later === 0) return '';
  const which = now > 0 ? `${number(later)} of them` : inAll === 1 ? 'it' : 'them';
  const first = `what has begun on ${which} is completed first`;
  return now === 0
    ? `; ${first}, and ${inAll === 1 ? 'its mark' : 'their marks'} can be taken back afterwards (servpack campaign unmark)`
    : `; ${first}, and the marks of the other ${number(now)} can be taken back now`;
}
