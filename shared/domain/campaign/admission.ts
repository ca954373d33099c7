import type { Budgets } from './definition.ts';
import type { Downloads } from '../outcome/counters.ts';

interface Candidate {
  readonly client: string;
  readonly logonServer: string;
}

/** What decides whether something new may begin on clients of one logon server. */
export interface ServerUse extends Downloads {
  readonly slots: number;
  /** Its copy of the release is verified; unknown is not. */
  readonly isStaged: boolean;
}

/** How many clients of this logon server may be marked and not proved yet; null = any number. */
export const maxDownloadsAt = (
  { maxDownloads }: Pick<Budgets, 'maxDownloads'>,
  logonServer: string,
): number | null => {
  if (maxDownloads === undefined) return null;
  const { at, everywhere } = maxDownloads;
  return Object.hasOwn(at, logonServer) ? (at[logonServer] ?? everywhere) : everywhere;
};

/**
 * How many more clients of a logon server may have something begun on them, as far as its copy and its downloads go. Whoever is worked
 * on may be marked next, so a slot counts as a download.
 */
export function roomToBegin(maxDownloads: number | null, use: ServerUse): number {
  if (!use.isStaged) return 0;
  if (maxDownloads === null) return Number.POSITIVE_INFINITY;
  return maxDownloads - Math.max(use.downloading, use.slots + use.resting);
}

/**
 * Who may take a slot now: candidates in their given order, as far as the campaign's budget and that of each one's logon
 * server allow. A full logon server does not hold up the others.
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
    const there = used.get(candidate.logonServer) ?? 0;
    if (there >= budgets.perLogonServer) continue;
    used.set(candidate.logonServer, there + 1);
    chosen.push(candidate);
  }
  return chosen;
}
