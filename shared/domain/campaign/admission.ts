import type { Budgets } from './definition.ts';
import type { Downloads } from '../outcome/counters.ts';

interface Candidate {
  readonly client: string;
  readonly logonServer: string;
}

/** Facts of one logon server that decide whether something new may begin on its clients. */
export interface ServerUse extends Downloads {
  readonly slots: number;
  /** Its copy of the release is verified; an unknown copy is not. */
  readonly isStaged: boolean;
}

/** How many clients of this logon server may be marked and not proved; null = any number. */
export const maxDownloadsAt = (
  { maxDownloads }: Pick<Budgets, 'maxDownloads'>,
  logonServer: string,
): number | null => {
  if (maxDownloads === undefined) return null;
  const { at, everywhere } = maxDownloads;
  return Object.hasOwn(at, logonServer) ? (at[logonServer] ?? everywhere) : everywhere;
};

/**
 * On how many more clients of a logon server something may begin, by its copy and its downloads. A
 * client with a slot may be marked next, so a slot counts as a download.
 * @param maxDownloads null = any number
 */
export function roomToBegin(maxDownloads: number | null, use: ServerUse): number {
  if (!use.isStaged) return 0;
  if (maxDownloads === null) return Number.POSITIVE_INFINITY;
  return maxDownloads - Math.max(use.downloading, use.slots + use.resting);
}

/**
 * The candidates that may take a slot now, in their given order: as many as the budgets of the
 * campaign and of each logon server allow. A full logon server does not stop the others.
 */
export function chooseAdmissions<T extends Candidate>(
  budgets: Budgets,
  inUse: { readonly active: number; readonly perLogonServer: Readonly<Record<string, number>> },
  candidates: readonly T[],
): readonly T[] {
  const chosen: T[] = [];
  const used = new Map(Object.entries(inUse.perLogonServer));
  for (const candidate of candidates) {
    if (inUse.active + chosen.length >= budgets.active) break;
    const onServer = used.get(candidate.logonServer) ?? 0;
    if (onServer >= budgets.perLogonServer) continue;
    used.set(candidate.logonServer, onServer + 1);
    chosen.push(candidate);
  }
  return chosen;
}
