import type { CampaignState } from './campaign.ts';

/** How a campaign stands, after its name in a sentence: `campaign sms-sp4 is running`. */
export const statusClause: Readonly<Record<CampaignState['status'], string>> = {
  created: 'has not been started',
  scheduled: 'is scheduled and has not started',
  waitingForRelease: 'waits for its release',
  running: 'is running',
  paused: 'is paused',
  ended: 'has ended',
  aborted: 'was aborted',
};
