import type { Causes } from '../../shared/domain/campaign/planned.ts';
import { leftTo, waitsTo } from '../../shared/store/member-changes.ts';
import { asCreated, clientIn, type History } from '../replay/history.ts';
import { retrace } from '../replay/retrace.ts';
import { CauseLog } from './cause-log.ts';

/** How one wave of a campaign went. Policy time; null = not by then. */
export interface ActualWave {
  readonly opensAt: number | null;
  readonly endsAt: number | null;
  readonly causes: Causes;
}

/** How a campaign went, from its audit, and what its time went to. */
export interface LookedBack {
  readonly until: number;
  readonly endedAt: number | null;
  readonly waves: readonly ActualWave[];
  readonly causes: Causes;
  readonly edits: number;
  readonly joined: number;
  readonly left: number;
  readonly retried: number;
}

/** What a campaign's time went to, or why nobody can say. */
export type CameOrWhyNot = LookedBack | string;

/** Counts what the time of a campaign went to, from its audit alone. */
export function lookBack(history: History): LookedBack {
  const { campaign, clients, until } = history;
  const log = new CauseLog(asCreated(history));
  const counts = { edits: 0, joined: 0, left: 0, retried: 0 };
  for (const item of history.items) {
    if (item.kind !== 'entry' || item.entry.client === null || item.entry.version !== null) continue;
    if (item.entry.from === leftTo && item.entry.to === waitsTo) counts.joined += 1;
    if (item.entry.from === waitsTo && item.entry.to === leftTo) counts.left += 1;
  }
  retrace(history, {
    campaign: ({ after, entry, how }) => {
      if (how === 'edited') counts.edits += 1;
      log.campaign(after, entry.at);
    },
    client: ({ before, after, entry, how }) => {
      if (after.attempt > (before?.attempt ?? 1)) counts.retried += 1;
      log.upgrade(clientIn(clients, after), before, after, entry.at, how !== 'taken');
    },
  });
  const { endedAt } = log;
  return {
    until,
    endedAt,
    waves: campaign.waveSizes.map((size, wave) => {
      const endsAt = log.settledAt(wave, size);
      return { opensAt: log.opened[wave] ?? null, endsAt, causes: log.causesOfWave(wave, endsAt ?? until) };
    }),
    causes: log.causes(endedAt ?? until) ?? {},
    ...counts,
  };
}
