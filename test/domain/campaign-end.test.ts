import { describe, expect, test } from 'vitest';
import type { WhyContext } from '../../orchestrator/views/why-context.ts';
import { decideCampaign } from '../../orchestrator/domain/decide-campaign.ts';
import { deadlineWarnings } from '../../orchestrator/views/campaign-end.ts';
import { planRules } from '../../orchestrator/views/plan-rules.ts';
import { campaignStatus } from '../../orchestrator/views/status.ts';
import { whyAdmitted, whyWaiting } from '../../orchestrator/views/why.ts';
import type { Campaign, CampaignEvent, CampaignState } from '../../shared/domain/campaign/campaign.ts';
import type { CampaignEnd } from '../../shared/domain/rules/campaign-end.ts';
import type { Calendar } from '../../shared/domain/time/calendar.ts';
import { everyDay } from '../../shared/domain/time/window.ts';
import { campaign, running } from './given-campaign.ts';
import {
  activated,
  admitted,
  after,
  anna,
  blockedByProgram,
  evening,
  hours,
  look,
  minutes,
  phases,
  type Timed,
  withPolicy,
} from './given.ts';

const endAt = evening + hours(4);
const ends = (does: CampaignEnd['does']) => ({ end: { at: endAt, does } });
const given = (does: CampaignEnd['does'], state: CampaignState = running(1)): Campaign => ({
  ...campaign,
  definition: { ...campaign.definition, policy: withPolicy(ends(does)).policy },
  state,
});
const half = { 'state|0|LS-ROM|upgraded': 10, 'state|1|LS-ROM|waiting': 100, 'state|2|LS-ROM|waiting': 290 };
const read: CampaignEvent = { type: 'CountersRead', counters: half };
const decided = (from: Campaign, event: CampaignEvent, now: number): Campaign => {
  const decision = decideCampaign(from, event, now);
  if (decision.kind !== 'changed') throw new Error(`${decision.kind}: ${decision.because}`);
  return decision.campaign;
};
const marked: readonly Timed[] = [
  [evening, look()],
  [evening, { type: 'ClientMarked' }],
];

describe('a campaign whose end has come', () => {
  test('with finish begins nothing more, and is over when what had begun is finished', () => {
    const busy = { ...half, 'state|0|LS-ROM|upgraded': 9, 'state|0|LS-ROM|active': 1 };
    const before = decideCampaign(
      given('finish', running(3)),
      { type: 'CountersRead', counters: busy },
      endAt - 1,
    );
    expect(before.kind).toBe('ignored');
    const finishing = decided(given('finish'), read, endAt);
    expect(finishing.state).toMatchObject({ status: 'running', reachedEnd: { at: endAt, does: 'finish' } });
    const nearly = { ...half, 'state|1|LS-ROM|waiting': 99, 'state|1|LS-ROM|active': 1 };
    expect(decideCampaign(finishing, { type: 'CountersRead', counters: nearly }, endAt + 1)).toMatchObject({
      kind: 'ignored',
      because: 'its end has come: no further wave opens',
    });
    expect(decided(finishing, read, endAt + 2).state).toMatchObject({
      status: 'aborted',
      endedAt: endAt + 2,
      by: "the campaign's end",
      because: 'its end has come, and what had begun is finished; nothing was begun on 390 clients',
    });
  });

  test('with finish has ended where every client has', () => {
    const all = { ...campaign, waveSizes: [10, 0, 0] };
    const done = { ...given('finish'), waveSizes: all.waveSizes };
    const event: CampaignEvent = { type: 'CountersRead', counters: { 'state|0|LS-ROM|upgraded': 10 } };
    expect(decided(done, event, endAt).state.status).toBe('ended');
  });

  test.for(['running', 'paused'] as const)('with cancel is aborted while it is %s', (status) => {
    const state =
      status === 'running'
        ? running(1)
        : ({ ...running(1), status, pausedAt: evening, by: 'anna', byGate: false, because: 'x' } as const);
    expect(decided(given('cancel', state as CampaignState), read, endAt).state).toMatchObject({
      status: 'aborted',
      endedAt: null,
      by: "the campaign's end",
    });
  });

  test('with force goes on, and says once that its deadline has come', () => {
    const forced = decideCampaign(given('force', running(3)), read, endAt);
    expect(forced).toMatchObject({
      kind: 'changed',
      because:
        'its deadline 2026-11-17T00:00:00Z has come: the window and logged-on users no longer hold a client',
    });
    if (forced.kind !== 'changed') throw new Error(forced.kind);
    expect(decideCampaign(forced.campaign, read, endAt + 1).kind).toBe('ignored');
  });

  test('stays what it is when a person pauses and resumes it', () => {
    const finishing = decided(given('finish'), read, endAt);
    const paused = decided(finishing, { type: 'PauseRequested', by: 'anna', reason: 'x' }, endAt);
    const resumed = decided(
      paused,
      { type: 'ResumeRequested', by: 'anna', override: false, counters: half },
      endAt,
    );
    expect(resumed.state).toEqual(finishing.state);
  });

  test.for(['finish', 'cancel', 'force'] as const)('with %s does not start any more', (does) => {
    const created = given(does, { status: 'created' });
    const start: CampaignEvent = { type: 'StartRequested', releaseStaged: true, overlap: [] };
    expect(decideCampaign(created, start, endAt)).toMatchObject({
      kind: 'refused',
      because: expect.stringMatching(
        /^campaign sp4 is not started: its (end|deadline) 2026-11-17T00:00:00Z has passed/,
      ),
    });
    const waits = given(does, { status: 'waitingForRelease' });
    expect(decideCampaign(waits, { type: 'EndTimeCame' }, endAt - 1).kind).toBe('ignored');
    expect(decided(waits, { type: 'EndTimeCame' }, endAt).state).toMatchObject({
      status: 'aborted',
      endedAt: endAt,
      because: expect.stringMatching(/has passed before the campaign began$/),
    });
  });

  test('is not postponed past its end', () => {
    const scheduled = given('finish', { status: 'scheduled', startAt: evening + hours(1) });
    const postpone = { type: 'PostponeRequested', by: 'anna', reason: 'x', startAt: endAt } as const;
    expect(decideCampaign(scheduled, postpone, evening)).toMatchObject({ kind: 'refused' });
  });
});

describe('a client after the end of its campaign', () => {
  test.for(['finish', 'cancel'] as const)('is cancelled with %s where nothing had begun on it', (does) => {
    const late = after(withPolicy(ends(does)), admitted, [[endAt, look()]]);
    expect(late.state).toMatchObject({
      end: 'cancelled',
      cause: "the campaign's end",
      because: 'campaign sp4 was to end at 2026-11-17T00:00:00Z, and nothing had begun on the client by then',
    });
    expect(phases(after(withPolicy(ends(does)), admitted, [[endAt - 1, look()]]))).toBe('marking');
  });

  test('goes on where it was marked before: it is restarted and upgraded', () => {
    const late = after(withPolicy(ends('finish')), admitted, [
      ...marked,
      [endAt + 1, look({ setupPhase: 'upgrade' })],
    ]);
    expect(phases(late)).toBe('ordering');
  });
});

describe('a client at the deadline of its campaign', () => {
  const nightly = { days: everyDay, from: 22 * 60, to: 23 * 60 };
  const rules = withPolicy({ ...ends('force'), window: nightly });

  test('does not wait for its window any more', () => {
    const late = evening + hours(3);
    const waits = after(rules, admitted, [[late, look()]]);
    expect(waits.state).toMatchObject({
      class: 'window',
      because:
        "waits for its window, which opens Tue 17 Nov 22:00 UTC; the campaign's deadline comes before that: Tue 17 Nov 00:00 UTC",
    });
    const until = waits.state.phase === 'deferred' ? waits.state.until : 0;
    expect(until).toBeGreaterThanOrEqual(endAt);
    expect(until).toBeLessThan(endAt + minutes(10));
    const begun = after(rules, waits, [
      [until, activated],
      [until, look()],
    ]);
    expect(phases(begun)).toBe('marking');
  });

  const freeze = { from: '2026-11-10T00:00', to: '2026-12-01T00:00', reason: 'freeze' };

  test('waits for the end of a blackout that lasts longer, with a window or without one', () => {
    const always = { ...withPolicy(ends('force')), calendar: { windows: null, blackouts: [freeze] } };
    expect(after(always, admitted, [[evening, look()]]).state).toMatchObject({
      because: 'waits for the end of the blackout "freeze", Tue 1 Dec 00:00 UTC',
    });
    const nights = { ...rules, calendar: { windows: [nightly], blackouts: [freeze] } };
    const waits = after(nights, admitted, [[evening, look()]]);
    expect(waits.state).toMatchObject({
      because:
        'waits for its window, which opens Tue 1 Dec 22:00 UTC; blackout "freeze" until Tue 1 Dec 00:00 UTC; the campaign\'s deadline comes before that: Tue 1 Dec 00:00 UTC',
    });
    const until = waits.state.phase === 'deferred' ? waits.state.until : 0;
    expect(until).toBeGreaterThanOrEqual(Date.parse('2026-12-01T00:00:00Z'));
    expect(until).toBeLessThan(Date.parse('2026-12-01T00:10:00Z'));
  });

  test('begins there where it has no window', () => {
    const none = { ...withPolicy(ends('force')), calendar: { windows: [], blackouts: [] } };
    const waits = after(none, admitted, [[evening, look()]]);
    expect(waits.state).toMatchObject({
      phase: 'deferred',
      because: "waits for the campaign's deadline: Tue 17 Nov 00:00 UTC",
    });
    const until = waits.state.phase === 'deferred' ? waits.state.until : 0;
    expect(
      phases(
        after(none, waits, [
          [until, activated],
          [until, look()],
        ]),
      ),
    ).toBe('marking');
  });

  const used = look({ setupPhase: 'upgrade', users: [anna], load: 'once' });

  test('is restarted while somebody is logged on, and not before', () => {
    const forced = withPolicy(ends('force'));
    const early = after(forced, admitted, [...marked, [endAt - minutes(5), used]]);
    expect(phases(early)).toBe('deferred restart');
    const until = early.state.phase === 'deferred' ? early.state.until : 0;
    expect(until).toBeLessThan(endAt + minutes(10));
    expect(phases(after(forced, admitted, [...marked, [endAt, used]]))).toBe('ordering');
  });

  test('is not restarted where the policy allows no restart, and a held file still blocks it', () => {
    const never = withPolicy({
      ...ends('force'),
      restart: { ...rules.policy.restart, allowed: 'never' },
    });
    expect(phases(after(never, admitted, [...marked, [endAt, used]]))).toBe('deferred logon');
    expect(phases(after(rules, admitted, [[endAt, look(blockedByProgram)]]))).toBe('deferred program');
  });
});

describe('what people read of the end', () => {
  const context = (of: Campaign, now: number): WhyContext => ({
    campaign: of,
    counters: {},
    slots: { active: 0, perLogonServer: {} },
    product: null,
    now,
    zone: 'UTC',
  });
  const pick = { client: 'pc-17', wave: 0, logonServer: 'LS-ROM' };

  test('is the plan, with a warning where clients are forced', () => {
    expect(planRules(given('cancel').definition)).toContainEqual({
      rule: 'end',
      says: 'from 2026-11-17T00:00:00Z on the campaign is aborted',
    });
    expect(deadlineWarnings(given('force').definition)).toEqual([
      expect.stringMatching(
        /clients are restarted while somebody works on them.*a halt, a held logon server/,
      ),
    ]);
    expect(deadlineWarnings(given('finish').definition)).toEqual([]);
    expect(planRules(campaign.definition).map(({ rule }) => rule)).not.toContain('end');
  });

  test('is the status, only where there is an end', () => {
    expect(campaignStatus(given('finish'), {}, evening)).toMatchObject({
      end: { at: '2026-11-17T00:00:00Z', does: 'finish' },
    });
    expect(campaignStatus(campaign, {}, evening)).not.toHaveProperty('end');
  });

  test('is why a client waits that has not begun, and so is a blackout after the deadline', () => {
    const said = (calendar: Calendar) => {
      const { because, next, remarks } = whyWaiting(
        { ...context(given('force'), evening), zone: 'UTC', calendar },
        pick,
      );
      return { because, at: next?.when?.at, remarks: remarks.join() };
    };
    const blackouts = [{ from: '2026-11-10T00:00', to: '2026-12-01T00:00', reason: 'freeze' }];
    expect(said({ windows: null, blackouts })).toMatchObject({
      because: 'waits for the end of the blackout "freeze", Tue 1 Dec 00:00 UTC',
      at: '2026-12-01T00:00:00Z',
    });
    expect(said({ windows: [{ days: everyDay, from: 22 * 60, to: 23 * 60 }], blackouts })).toMatchObject({
      because:
        'waits for its window, which opens Tue 1 Dec 00:00 UTC: the deadline of the campaign has passed then; blackout "freeze" until Tue 1 Dec 00:00 UTC',
      at: '2026-12-01T00:00:00Z',
    });
    expect(said({ windows: [], blackouts: [] })).toMatchObject({
      because: 'waits for its window, which opens Tue 17 Nov 00:00 UTC: the deadline of the campaign',
      remarks: expect.not.stringContaining('will need attention'),
    });
  });

  test('is why a client waits in vain, or is finished', () => {
    expect(whyWaiting(context(given('finish'), endAt), pick)).toMatchObject({
      because:
        'the campaign was to end at 2026-11-17T00:00:00Z: no client begins any more, and this one ends as cancelled',
      next: null,
    });
    const upgrade = after(withPolicy(ends('finish')), admitted, marked);
    const recorded = { upgrade, index: 'driven', dueAt: null, since: null } as const;
    expect(whyAdmitted(context(given('finish'), endAt), recorded).remarks).toContain(
      'the campaign was to end at 2026-11-17T00:00:00Z; work in progress on the client is completed',
    );
    expect(whyAdmitted(context(given('force'), endAt), recorded).remarks).toContain(
      'the deadline of the campaign 2026-11-17T00:00:00Z has passed: its window and logged-on users no longer hold the client; a pause, a halt and a held logon server do',
    );
  });
});
