import { many, number } from './numbers.ts';
import type { CampaignStatus } from './status.ts';

/** The word on the screen for the status of a campaign. */
export const statusWord: Readonly<Record<CampaignStatus['status'], string>> = {
  created: 'created, not started',
  scheduled: 'scheduled',
  waitingForRelease: 'waits for its release',
  running: 'running',
  paused: 'paused',
  ended: 'ended',
  aborted: 'aborted',
};

/** `41 logon servers not staged: 312 clients wait`. */
export function notStagedInAll(servers: CampaignStatus['notStaged']): string {
  const clients = servers.reduce((sum, { waiting }) => sum + waiting, 0);
  return `${many(servers.length, 'logon server')} not staged: ${many(clients, 'client')} ${clients === 1 ? 'waits' : 'wait'}`;
}

/** `sms-sp4: 39,214 clients in 3 waves, 12 left out` */
export function scopeWords({
  campaign,
  selected,
  excluded,
  waves,
}: {
  readonly campaign: string;
  readonly selected: number;
  readonly excluded: readonly { readonly clients: number }[];
  readonly waves: readonly unknown[];
}): string {
  const out = excluded.reduce((sum, { clients }) => sum + clients, 0);
  const leftOut = out === 0 ? '' : `, ${number(out)} left out`;
  return `${campaign}: ${many(selected, 'client')} in ${many(waves.length, 'wave')}${leftOut}`;
}

/** Why a campaign with so many clients in no wave cannot be created. */
export const leftOverWords = (left: number): string =>
  `${many(left, 'selected client')} ${left === 1 ? 'is' : 'are'} in no wave: the campaign cannot be created until every client is in a wave`;

export const siteWideWarning =
  'this release uses the site-wide route. Since it was staged, every client of the site installs it at its next logon, whatever its wave, and also where the campaign leaves it out. Neither waves nor exclude can hold clients back';
