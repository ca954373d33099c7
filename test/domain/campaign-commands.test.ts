import { describe, expect, test } from 'vitest';
import { decideCampaign } from '../../orchestrator/domain/decide-campaign.ts';
import { campaignReport } from '../../orchestrator/views/report.ts';
import { campaignStatus } from '../../orchestrator/views/status.ts';
import { countersOf } from '../../shared/domain/upgrade/count-upgrade.ts';
import { admitted, after, evening, hours, look, minutes, rules } from './given.ts';
import { campaign, running, standing } from './given-campaign.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import type { Campaign, CampaignEvent } from '../../shared/domain/campaign/campaign.ts';

const decided = (given: Campaign, event: CampaignEvent, now = evening): Campaign => {
  const decision = decideCampaign(given, event, now);
  if (decision.kind !== 'changed') throw new Error(`${decision.kind}: ${decision.because}`);
  return decision.campaign;
};
const because = (given: Campaign, event: CampaignEvent, now = evening): string =>
  decideCampaign(given, event, now).because;

const started = { type: 'StartRequested', releaseStaged: true, overlap: [] } as const;
const notStaged = { ...started, releaseStaged: false } as const;

describe('a campaign with a start time', () => {
  const startAt = evening + hours(2);
  const later = { ...campaign, definition: { ...campaign.definition, startAt } };
  const scheduled = decided(later, started);

  test('is scheduled when it is started before that time, and runs from that time on', () => {
    expect(scheduled.state).toEqual({ status: 'scheduled', startAt });
    const early = { type: 'StartTimeCame', releaseStaged: true } as const;
    expect(decideCampaign(scheduled, early, startAt - 1).kind).toBe('ignored');
    expect(decided(scheduled, early, startAt).state).toMatchObject({ status: 'running', startedAt: startAt });
  });

  test('runs at once when it is started after that time', () => {
    expect(decided(later, started, startAt + 1).state.status).toBe('running');
  });

  test('waits for its release as well, when its file says so', () => {
    const both = { ...later, definition: { ...later.definition, start: 'whenStaged' as const } };
    const waits = decided(decided(both, notStaged), { type: 'StartTimeCame', releaseStaged: false }, startAt);
    expect(waits.state.status).toBe('waitingForRelease');
    expect(decided(waits, { type: 'ReleaseStaged' }, startAt + 1).state.status).toBe('running');
  });

  test('does not start early because its release is staged', () => {
    expect(decideCampaign(scheduled, { type: 'ReleaseStaged' }, evening).kind).toBe('ignored');
  });

  test('says when it starts', () => {
    expect(campaignStatus(scheduled, {}, evening)).toMatchObject({
      status: 'scheduled',
      startsAt: '2026-11-16T22:00:00Z',
    });
  });
});

describe('the pause of one person', () => {
  const paused = decided(standing(running(1)), { type: 'PauseRequested', by: 'anna', reason: 'phones ring' });
  const resume = (by: string, override = false): CampaignEvent => ({
    type: 'ResumeRequested',
    by,
    override,
    counters: {},
  });

  test('is not ended by another person, who learns whom to ask', () => {
    expect(because(paused, resume('kim'))).toBe(
      'campaign sp4 was paused by anna: phones ring; ask them, or resume it all the same with --override',
    );
  });

  test('is ended by the same person, and by another one with an override', () => {
    expect(decided(paused, resume('anna')).state.status).toBe('running');
    expect(decided(paused, resume('kim', true)).state.status).toBe('running');
  });
});

describe('an abort', () => {
  const abort: CampaignEvent = { type: 'AbortRequested', by: 'anna', reason: 'wrong release' };
  const aborted = decided(standing(running(2)), abort);
  const waiting: Counters = {
    'state|0|LS-ROM|waiting': 10,
    'state|1|LS-ROM|waiting': 100,
    'state|2|LS-ROM|waiting': 289,
  };
  const marked = after(rules, admitted, [
    [evening, look()],
    [evening, { type: 'ClientMarked' }],
    [
      evening,
      {
        type: 'EndRequested',
        ending: { end: 'cancelled', cause: 'campaign aborted', because: 'aborted', blockers: [] },
      },
    ],
  ]);

  test('is final', () => {
    expect(aborted.state).toMatchObject({
      status: 'aborted',
      by: 'anna',
      because: 'wrong release',
      endedAt: null,
    });
    for (const event of [started, abort, { type: 'PauseRequested', by: 'kim', reason: 'x' }] as const)
      expect(decideCampaign(aborted, event, evening).kind).toBe('refused');
    expect(decideCampaign(aborted, { type: 'Reopened', because: 'x' }, evening).kind).toBe('ignored');
  });

  test('is over when everything that began is finished; it cancels the clients that wait', () => {
    const oneActive = { ...waiting, 'state|2|LS-ROM|active': 1 };
    expect(decideCampaign(aborted, { type: 'CountersRead', counters: oneActive }, evening).kind).toBe(
      'ignored',
    );
    const allSettled = { ...waiting, ...countersOf({ ...marked, wave: 2 }) };
    const over = decided(aborted, { type: 'CountersRead', counters: allSettled }, evening + minutes(1));
    expect(over.state).toMatchObject({ status: 'aborted', endedAt: evening + minutes(1) });
    expect(campaignStatus(over, allSettled, evening + hours(5))).toMatchObject({
      settled: 400,
      states: { waiting: 0, upgraded: 0, cancelled: 400 },
      aborted: { by: 'anna', because: 'wrong release', stillMarked: 1 },
      tookMs: minutes(1),
    });
  });

  test('is over at once for a campaign that never ran', () => {
    expect(decided(campaign, abort).state).toMatchObject({
      status: 'aborted',
      openWaves: 0,
      endedAt: evening,
    });
  });

  test('is named in the report of every client', () => {
    const report = campaignReport(
      aborted,
      waiting,
      [{ kind: 'waiting', client: 'pc-1', wave: 0, logonServer: 'LS-ROM' }],
      evening,
    );
    expect(report.clients).toMatchObject([{ client: 'pc-1', end: 'cancelled', cause: 'campaign aborted' }]);
  });
});

test('a reopened client sets its ended campaign running again', () => {
  const ended = standing({ ...running(3), status: 'ended', endedAt: evening } as never);
  expect(decided(ended, { type: 'Reopened', because: 'pc-1 is tried again' }).state).toEqual(running(3));
});
