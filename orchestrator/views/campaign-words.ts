import { many } from './numbers.ts';
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
