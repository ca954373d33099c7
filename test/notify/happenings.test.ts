import { describe, expect, test } from 'vitest';
import { decideCampaign } from '../../orchestrator/domain/decide-campaign.ts';
import { type CampaignStep, happeningsOf } from '../../orchestrator/domain/happening-of-entry.ts';
import { haltAll, unhaltAll } from '../../orchestrator/campaigns/halt.ts';
import { withdrawRelease } from '../../orchestrator/releases/withdraw.ts';
import type { Campaign, CampaignEvent } from '../../shared/domain/campaign/campaign.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import { contextOver, standingClock } from '../fixtures/context.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import { campaign as created, running, standing } from '../domain/given-campaign.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { permitOf } from '../fixtures/permit.ts';

const at = 1_000;

/** The step of the audit that the decider's own words make, as the leader or a person writes it. */
function stepOf(
  before: Campaign,
  event: CampaignEvent,
  who = 'orchestrator',
): CampaignStep & { next: Campaign } {
  const decision = decideCampaign(before, event, at);
  if (decision.kind !== 'changed') throw new Error(`${decision.kind}: ${decision.because}`);
  const { campaign: next, because } = decision;
  return { at, campaign: 'sp4', who, from: before.state.status, to: next.state.status, because, next };
}

const kindsOf = (step: CampaignStep, pausedBy: string | null = null): readonly string[] =>
  happeningsOf(step, pausedBy).map(
    ({ kind, opens, closes }) =>
      `${kind}${opens === undefined ? '' : ' opens'}${closes === undefined ? '' : ' closes'}`,
  );

const readCounters = (
  counters: Counters,
  facts?: Extract<CampaignEvent, { type: 'CountersRead' }>['facts'],
) => ({ type: 'CountersRead', counters, ...(facts === undefined ? {} : { facts }) }) as const;

const upgradedIn = (wave: number, upgraded: number, failed = 0): Counters => ({
  [`state|${wave}|LS-1|upgraded`]: upgraded,
  ...(failed === 0 ? {} : { [`state|${wave}|LS-1|failed`]: failed }),
});

describe('a campaign', () => {
  const isRunning = standing(running(1));

  test('that starts, pauses, goes on and is aborted is heard of in each step', () => {
    const start = stepOf(
      created,
      {
        type: 'StartRequested',
        by: 'anna',
        releaseStaged: true,
        overlap: [],
      },
      'anna',
    );
    const pause = stepOf(start.next, { type: 'PauseRequested', by: 'anna', reason: 'lunch' }, 'anna');
    const resume = { type: 'ResumeRequested', by: 'anna', override: false, counters: {} } as const;
    const goes = stepOf(pause.next, resume, 'anna');
    const abort = stepOf(goes.next, { type: 'AbortRequested', by: 'anna', reason: 'wrong file' }, 'anna');
    expect([start, pause, goes, abort].map((step) => kindsOf(step))).toEqual([
      ['campaign.started'],
      ['campaign.paused opens'],
      ['campaign.resumed closes'],
      ['campaign.aborted closes'],
    ]);
    expect(happeningsOf(pause, null)).toMatchObject([{ who: 'anna', says: 'lunch' }]);
  });

  test.each([['gate'], [null]])('whose gate breaks is paused by its gate (known: %s)', (pausedBy) => {
    const step = stepOf(isRunning, readCounters(upgradedIn(0, 5, 5)));
    expect(kindsOf(step, pausedBy)).toEqual(['gate.broken opens']);
    expect(happeningsOf(step, pausedBy)).toMatchObject([{ wave: 'canary', who: null }]);
  });

  test.each([['stop rule'], [null]])(
    'whose stop rule fires is stopped by the rule (known: %s)',
    (pausedBy) => {
      const stop = [{ on: 'failed', percent: 1, minSample: 1, withinMs: 60_000, does: 'pause' }] as const;
      const ruled = { ...isRunning, definition: { ...isRunning.definition, stop } };
      const step = stepOf(
        ruled,
        readCounters({}, [{ kinds: { failed: 5, tried: 10 }, causes: {} } as never]),
      );
      expect(kindsOf(step, pausedBy)).toEqual(['stop.fired opens']);
    },
  );

  test('opens a wave, and ends', () => {
    const opens = stepOf(isRunning, readCounters(upgradedIn(0, 10)));
    expect(kindsOf(opens)).toEqual(['wave.opened']);
    expect(happeningsOf(opens, null)).toMatchObject([{ wave: 'early' }]);
    const counters = { ...upgradedIn(0, 10), ...upgradedIn(1, 100), ...upgradedIn(2, 290) };
    expect(kindsOf(stepOf(standing(running(3)), readCounters(counters)))).toEqual(['campaign.ended closes']);
  });

  test('asks, is answered or rejected, and pauses where nobody answers', () => {
    const approvals = [{ wave: 'early', by: 'anybody', expiresMs: 60_000, onExpiry: 'pause' }] as const;
    const [canary, ...others] = isRunning.definition.waves;
    if (canary === undefined) throw new Error('no wave');
    const waves = [{ ...canary, gate: { ...canary.gate, approval: true as const } }, ...others];
    const asked = stepOf(
      { ...isRunning, definition: { ...isRunning.definition, waves, approvals: approvals as never } },
      readCounters(upgradedIn(0, 10)),
    );
    expect(kindsOf(asked)).toEqual(['approval.requested opens']);
    const answer = (is: 'approved' | 'rejected') =>
      stepOf(
        asked.next,
        { type: 'ApprovalAnswered', id: 'sp4/wave/early', is, by: 'kim', shown: 'shown' },
        'kim',
      );
    expect(kindsOf(answer('approved'))).toEqual(['approval.decided closes']);
    expect(kindsOf(answer('rejected'))).toEqual(['approval.decided closes', 'campaign.paused opens']);
    const late = decideCampaign(asked.next, readCounters(upgradedIn(0, 10)), at + 60_001);
    if (late.kind !== 'changed') throw new Error(late.because);
    const step = { ...asked, from: 'running', to: late.campaign.state.status, because: late.because };
    expect(kindsOf(step)).toEqual(['approval.expired opens']);
  });
});

test('the halt and a withdrawn release are heard of, with their ends', async () => {
  const store = createMemoryStore(Date.now);
  const context = contextOver(store, standingClock(at), keepingDispatcher([]));
  const staged = { at, campaign: '', client: null, who: 'anna', from: '', to: 'staged', evidence: null };
  const release = { release: 'sms-sp4', product: 'sms-1.2', servicePack: 4, files: [] };
  const stage = async () =>
    store.stageRelease(release, null, { ...staged, because: 'release sms-sp4 of sms-1.2: 0 files in /srv' });
  await stage();
  await withdrawRelease(context, permitOf('anna'), 'sms-sp4', 'broken file');
  await stage();
  await haltAll(context, 'kim', 'fire');
  await unhaltAll(context, 'kim', { override: false });
  const { entries } = await store.campaignEntries('0-0', 100);
  expect(entries.map((entry) => kindsOf(entry))).toEqual([
    ['release.withdrawn closes'],
    ['release.withdrawn opens'],
    ['release.withdrawn closes'],
    ['everything.halted opens'],
    ['everything.halted closes'],
  ]);
  expect(happeningsOf(entries[1] ?? (staged as never), null)).toMatchObject([
    { about: 'sms-sp4', who: 'anna' },
  ]);
});
