import type { Budgets } from './definition.ts';

interface Candidate {
  readonly client: string;
  readonly logonServer: string;
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
