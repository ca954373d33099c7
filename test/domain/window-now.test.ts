import { expect, test } from 'vitest';
import { campaignStatus } from '../../orchestrator/views/status.ts';
import type { Campaign, CampaignState } from '../../shared/domain/campaign/campaign.ts';
import { everyDay } from '../../shared/domain/time/window.ts';
import { campaign, running } from './given-campaign.ts';
import { evening, hours, withPolicy } from './given.ts';

const nights = { days: everyDay, from: 22 * 60, to: 5 * 60 };
const waits = { 'state|0|LS-ROM|waiting': 10 };

const given = (
  policy: Parameters<typeof withPolicy>[0] = { window: nights },
  state: CampaignState = running(1),
): Campaign => ({
  ...campaign,
  definition: { ...campaign.definition, policy: withPolicy(policy).policy },
  state,
});

test('the status of a campaign says for which window its clients wait', () => {
  expect(campaignStatus(given(), waits, evening).window).toBe(
    'work begins on a client only every day from 22:00 to 05:00 of the next day, by its own clock; what has begun is completed; "servpack client why" says when',
  );
  const deferred = { 'state|0|LS-ROM|deferred': 1, 'deferred|window': 1 };
  expect(campaignStatus(given(), deferred, evening).window).toContain('from 22:00');
});

test.each([
  ['without a window', given({ window: null }), waits],
  ['in which no client waits', given(), { 'state|0|LS-ROM|upgraded': 10 }],
  ['that has not begun', given(undefined, { status: 'created' }), waits],
  [
    'that is forced to its end',
    given({ window: nights, end: { at: evening - hours(1), does: 'force' } }),
    waits,
  ],
] as const)('the status of a campaign %s says no window', (_, about, counters) => {
  expect(campaignStatus(about, counters, evening)).not.toHaveProperty('window');
});
