import { statusClause } from '../../shared/domain/campaign/status-words.ts';
import { describe, expect, test } from 'vitest';
import { decideCampaign } from '../../orchestrator/domain/decide-campaign.ts';
import { campaignStatus } from '../../orchestrator/views/status.ts';
import type { Campaign, CampaignEvent, CampaignState } from '../../shared/domain/campaign/campaign.ts';
import { evening, hours } from './given.ts';
import { campaign, running, standing } from './given-campaign.ts';

const decided = (given: Campaign, event: CampaignEvent, now = evening): Campaign => {
  const decision = decideCampaign(given, event, now);
  if (decision.kind !== 'changed') throw new Error(`${decision.kind}: ${decision.because}`);
  return decision.campaign;
};
const refusal = (given: Campaign, event: CampaignEvent, now = evening): string => {
  const decision = decideCampaign(given, event, now);
  return `${decision.kind}: ${decision.because}`;
};

const startAt = evening + hours(2);
const after = startAt + hours(1);
const pause = { type: 'PauseRequested', by: 'anna', reason: 'payroll runs' } as const;
const timeCame = { type: 'StartTimeCame', releaseStaged: true } as const;
const resume = (more: Partial<Extract<CampaignEvent, { type: 'ResumeRequested' }>> = {}): CampaignEvent => ({
  type: 'ResumeRequested',
  by: 'anna',
  override: false,
  counters: {},
  ...more,
});
const postpone = (to: number): CampaignEvent => ({
  type: 'PostponeRequested',
  by: 'kim',
  reason: 'payroll runs',
  startAt: to,
});
const unschedule = {
  type: 'UnscheduleRequested',
  by: 'kim',
  override: false,
  reason: 'not this week',
} as const;

const scheduled = standing({ status: 'scheduled', startAt });
const waits = standing({ status: 'waitingForRelease' });
const paused = decided(scheduled, pause);
const waitsPaused = decided(waits, pause);

describe('the pause of a start', () => {
  test('lets the start time pass, and the staging of the release', () => {
    expect(paused.state).toEqual({
      status: 'scheduled',
      startAt,
      paused: { by: 'anna', because: 'payroll runs', at: evening },
    });
    expect(decideCampaign(paused, timeCame, after).kind).toBe('ignored');
    expect(decideCampaign(waitsPaused, { type: 'ReleaseStaged' }, evening).kind).toBe('ignored');
  });

  test('stands in the status, with what has passed meanwhile', () => {
    expect(campaignStatus(paused, {}, evening).paused).toEqual({
      by: 'anna',
      because: 'payroll runs',
      at: '2026-11-16T20:00:00Z',
      byGate: false,
      missed: null,
    });
    expect(campaignStatus(paused, {}, after).paused?.missed).toBe(
      'its start time 2026-11-16T22:00:00Z has passed',
    );
    const staged = { halt: null, withdrawn: null, releaseStaged: true };
    expect(campaignStatus(waitsPaused, {}, evening, staged).paused?.missed).toBe(
      'its release sms-sp4 is staged',
    );
  });

  test('ends before that moment without a start', () => {
    expect(decided(paused, resume()).state).toEqual({ status: 'scheduled', startAt });
    expect(decided(waitsPaused, resume({ releaseStaged: false })).state).toEqual({
      status: 'waitingForRelease',
    });
  });

  test('ends after that moment only for a person who wants the start now', () => {
    expect(refusal(paused, resume(), after)).toBe(
      'refused: campaign sp4 was paused by anna, and its start time 2026-11-16T22:00:00Z has passed: a resume starts it now; say so (startNow), or give it another time: servpack campaign postpone sp4 --to TIME --reason TEXT',
    );
    expect(decideCampaign(waitsPaused, resume({ releaseStaged: true }), evening).kind).toBe('refused');
    const resumed = decided(paused, resume({ startNow: true }), after);
    expect(decided(resumed, timeCame, after).state).toMatchObject({ status: 'running', startedAt: after });
  });

  test('is not ended by another person without an override, and not paused twice', () => {
    expect(refusal(paused, resume({ by: 'kim' }))).toContain(
      'ask them, or resume it all the same with --override',
    );
    expect(decided(paused, resume({ by: 'kim', override: true })).state).toEqual({
      status: 'scheduled',
      startAt,
    });
    expect(refusal(paused, pause)).toBe('refused: campaign sp4 is paused already, by anna: payroll runs');
  });
});

describe('a postponed campaign', () => {
  const later = startAt + hours(24);

  test('starts at the new time, whatever its file says', () => {
    const file = { ...scheduled, definition: { ...campaign.definition, startAt } };
    const postponed = decided(file, postpone(later));
    expect(postponed.state).toEqual({ status: 'scheduled', startAt: later });
    expect(decideCampaign(postponed, timeCame, startAt).kind).toBe('ignored');
    expect(decided(postponed, timeCame, later).state.status).toBe('running');
    // Also to an earlier time than that of the file.
    const sooner = decided(file, postpone(evening + hours(1)));
    expect(decided(sooner, timeCame, evening + hours(1)).state.status).toBe('running');
  });

  test('waited for its release before, and waits for both now', () => {
    const postponed = decided(waits, postpone(later));
    expect(postponed.state).toEqual({ status: 'scheduled', startAt: later });
    expect(decideCampaign(postponed, { type: 'ReleaseStaged' }, evening).kind).toBe('ignored');
    expect(decided(postponed, { ...timeCame, releaseStaged: false }, later).state.status).toBe(
      'waitingForRelease',
    );
  });

  test('stays paused', () => {
    expect(decided(paused, postpone(later)).state).toEqual({ ...paused.state, startAt: later });
  });

  test('is given a time to come', () => {
    expect(refusal(scheduled, postpone(evening))).toContain('refused: 2026-11-16T20:00:00Z has passed');
  });
});

test('an unscheduled campaign stands as it was created, and can be started again', () => {
  for (const given of [scheduled, waits])
    expect(decided(given, unschedule).state).toEqual({ status: 'created' });
  for (const given of [paused, waitsPaused])
    for (const event of [
      { ...unschedule, by: 'anna' },
      { ...unschedule, override: true },
    ])
      expect(decided(given, event).state).toEqual({ status: 'created' });
  const start: CampaignEvent = { type: 'StartRequested', releaseStaged: true, overlap: [] };
  expect(decided(decided(paused, { ...unschedule, override: true }), start).state.status).toBe('running');
});

test('the pause of another person ends with an unschedule only by an override, which the audit names', () => {
  for (const given of [paused, waitsPaused])
    expect(refusal(given, unschedule)).toBe(
      'refused: campaign sp4 was paused by anna: payroll runs; ask them, or unschedule it all the same with --override',
    );
  expect(decideCampaign(paused, { ...unschedule, override: true }, evening)).toMatchObject({
    because: 'unscheduled, which anna had held (payroll runs): not this week',
  });
});

test('only a campaign that waits for its start is postponed or unscheduled', () => {
  const ended = { ...running(3), status: 'ended', endedAt: evening } as CampaignState;
  for (const state of [{ status: 'created' } as const, running(1), ended])
    for (const event of [postpone(after), unschedule])
      expect(refusal(standing(state), event)).toBe(
        `refused: campaign sp4 does not wait for its start: it ${statusClause[state.status]}`,
      );
});
