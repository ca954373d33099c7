import { describe, expect, test } from 'vitest';
import { decideCampaign } from '../../orchestrator/domain/decide-campaign.ts';
import { nextMomentOfGates } from '../../orchestrator/domain/judge-waves.ts';
import { campaignStatus } from '../../orchestrator/views/status.ts';
import type { Campaign, CampaignEvent } from '../../shared/domain/campaign/campaign.ts';
import type { Gate } from '../../shared/domain/campaign/definition.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { evening, hours, minutes } from './given.ts';
import { running, standing } from './given-campaign.ts';

/** A campaign of three waves whose first gate asks for this, too. */
function campaignWith(more: Partial<Gate>, openWaves = 1): Campaign {
  const campaign = standing(running(openWaves));
  const [first, ...others] = campaign.definition.waves;
  if (first === undefined) throw new Error('no wave');
  const gated = { ...first, gate: { ...first.gate, ...more } };
  return { ...campaign, definition: { ...campaign.definition, waves: [gated, ...others] } };
}

/** Counters of waves with these ends. */
const counters = (...ends: readonly Record<string, number>[]): Counters =>
  Object.fromEntries(
    ends.flatMap((wave, index) =>
      Object.entries(wave).map(([bucket, count]) => [`state|${index}|LS-ROM|${bucket}`, count]),
    ),
  );

const decide = (campaign: Campaign, event: CampaignEvent, at = evening) =>
  decideCampaign(campaign, event, at);

/** The campaign after its counters were read, changed or not. */
function after(campaign: Campaign, found: Counters, at: number): Campaign {
  const decision = decide(campaign, { type: 'CountersRead', counters: found }, at);
  return decision.kind === 'changed' ? decision.campaign : campaign;
}

const openIn = ({ state }: Campaign): number => ('openWaves' in state ? state.openWaves : 0);
const gateOf = (campaign: Campaign, found: Counters, at: number, wave = 0) =>
  campaignStatus(campaign, found, at).waves[wave]?.gate;

const all = counters({ upgraded: 10 });

describe('an ended campaign', () => {
  test('says of no gate that it waits, nor of a wave that it is still to open', () => {
    const soaking = campaignWith({ soakMs: hours(4), settledPercent: 80, minSample: 5 });
    const ended: Campaign = {
      ...soaking,
      waveSizes: [10, 0, 0],
      state: { ...running(1), status: 'ended', endedAt: evening } as Campaign['state'],
    };
    expect(campaignStatus(ended, all, evening).waves.map(({ gate }) => gate)).toEqual([
      'ended: 10 upgraded',
      'the campaign ended before it opened',
      'the campaign ended before it opened',
    ]);
  });
});

describe('a gate with soak', () => {
  const campaign = campaignWith({ soakMs: hours(4), settledPercent: 80, minSample: 5 });

  test('opens the next wave when its counts have held for that long, and not before', () => {
    const soaking = after(campaign, all, evening);
    expect(soaking.state).toMatchObject({ openWaves: 1, mark: { wave: 0, since: evening, settled: 10 } });
    expect(gateOf(soaking, all, evening + hours(1))).toBe(
      `waiting: 10 of 10 finished; soaks until ${isoOf(evening + hours(4))}`,
    );
    expect(after(soaking, all, evening + hours(4) - 1)).toEqual(soaking);
    const open = after(soaking, all, evening + hours(4));
    expect(open.state).toMatchObject({
      openWaves: 2,
      openings: [{ wave: 1, at: evening + hours(4), how: `passed, soaked since ${isoOf(evening)}` }],
    });
    expect(open.state).not.toHaveProperty('mark');
    expect(gateOf(open, all, evening + hours(9))).toBe(`passed, soaked since ${isoOf(evening)}: 10 upgraded`);
  });

  test('begins the soak again when another client is finished meanwhile', () => {
    const soaking = after(campaign, counters({ upgraded: 8, active: 2 }), evening);
    const again = after(soaking, counters({ upgraded: 9, active: 1 }), evening + hours(3));
    expect(again.state).toMatchObject({ mark: { since: evening + hours(3), settled: 9 } });
    expect(openIn(after(again, counters({ upgraded: 9, active: 1 }), evening + hours(6)))).toBe(1);
    expect(openIn(after(again, counters({ upgraded: 9, active: 1 }), evening + hours(7)))).toBe(2);
  });

  test('writes its mark at most sixty times in a soak, however many clients are finished one by one', () => {
    const soaking = after(campaign, counters({ upgraded: 8, active: 2 }), evening);
    const more = counters({ upgraded: 9, active: 1 });
    expect(after(soaking, more, evening + minutes(4) - 1)).toEqual(soaking);
    expect(gateOf(soaking, more, evening + minutes(3))).toBe(
      'waiting: 9 of 10 finished; soaks again from now on',
    );
    expect(after(soaking, more, evening + minutes(4)).state).toMatchObject({
      mark: { since: evening + minutes(4), settled: 9 },
    });
  });

  test('begins the soak again when a client is opened again, also if it is finished at once', () => {
    const soaking = after(campaign, all, evening);
    const reopened = decide(soaking, { type: 'Reopened', because: 'client pc-1 is tried again' });
    expect(reopened).toMatchObject({
      kind: 'changed',
      because: 'client pc-1 is tried again: the soak of its wave begins again',
    });
    if (reopened.kind !== 'changed') return;
    const again = after(reopened.campaign, all, evening + hours(1));
    expect(openIn(after(again, all, evening + hours(4)))).toBe(1);
    expect(openIn(after(again, all, evening + hours(5)))).toBe(2);
  });

  test('forgets the time when its counts hold no more', () => {
    const soaking = after(campaign, all, evening);
    const few = counters({ upgraded: 7, active: 3 });
    const stopped = after(soaking, few, evening + hours(1));
    expect(stopped.state).not.toHaveProperty('mark');
    expect(after(stopped, few, evening + hours(2))).toEqual(stopped);
  });

  test('keeps the time in a pause of a person, and begins again after a pause of a gate', () => {
    const soaking = after(campaign, all, evening);
    const paused = decide(soaking, { type: 'PauseRequested', by: 'kim', reason: 'phones' });
    if (paused.kind !== 'changed') throw new Error('not paused');
    const resumed = decide(
      paused.campaign,
      { type: 'ResumeRequested', by: 'kim', override: false, counters: all },
      evening + hours(2),
    );
    if (resumed.kind !== 'changed') throw new Error('not resumed');
    expect(resumed.campaign.state).toMatchObject({ status: 'running', mark: { since: evening } });
    expect(openIn(after(resumed.campaign, all, evening + hours(4)))).toBe(2);
    const bad = after(soaking, counters({ upgraded: 5, failed: 5 }), evening + hours(1));
    expect(bad.state).toMatchObject({ status: 'paused', byGate: true });
    expect(bad.state).not.toHaveProperty('mark');
  });

  test('says when it must be judged again', () => {
    expect(nextMomentOfGates(campaign, all, evening)).toBeNull();
    const soaking = after(campaign, all, evening);
    expect(nextMomentOfGates(soaking, all, evening + hours(1))).toBe(evening + hours(4));
    expect(nextMomentOfGates(soaking, all, evening + hours(4))).toBeNull();
  });
});

describe('a gate with a least share of upgraded clients', () => {
  const campaign = campaignWith({ upgradedPercent: 90, settledPercent: 50, notOkPercent: 100, minSample: 1 });

  test('stays closed below the share, and says how many there are', () => {
    const found = counters({ upgraded: 7, alreadyCurrent: 1, failed: 1, active: 1 });
    expect(after(campaign, found, evening)).toEqual(campaign);
    expect(gateOf(campaign, found, evening)).toBe(
      'waiting: 9 of 10 finished; 8 of 10 upgraded; 90 % are needed',
    );
    expect(openIn(after(campaign, counters({ upgraded: 8, alreadyCurrent: 1, active: 1 }), evening))).toBe(2);
  });

  test('does not count clients that a person or a rule took out', () => {
    expect(openIn(after(campaign, counters({ upgraded: 4, excluded: 3, skipped: 3 }), evening))).toBe(2);
  });

  test('pauses the campaign when every client is finished and the share cannot be reached', () => {
    const found = counters({ upgraded: 8, failed: 2 });
    const paused = after(campaign, found, evening);
    expect(paused.state).toMatchObject({
      status: 'paused',
      byGate: true,
      because: 'wave canary: 8 of 10 upgraded; 90 % are needed',
    });
    const resumed = decide(paused, { type: 'ResumeRequested', by: 'kim', override: false, counters: found });
    if (resumed.kind !== 'changed') throw new Error('not resumed');
    const open = after(resumed.campaign, found, evening);
    expect(openIn(open)).toBe(2);
    expect(gateOf(open, found, evening)).toBe('opened by kim in spite of 2 failures: 8 upgraded, 2 failed');
  });
});

describe('a gate with approval', () => {
  const campaign = campaignWith({ approval: true });
  const approved = (wave: number): Campaign => ({
    ...campaign,
    state: {
      ...running(1),
      approvals: [{ wave, by: 'lee', at: evening }],
    } as Campaign['state'],
  });

  test('opens only with an approval of the next wave, and says for ever whose it was', () => {
    const asked = after(campaign, all, evening);
    expect([openIn(asked), asked.approvals?.requests?.length]).toEqual([1, 1]);
    expect(after(asked, all, evening + 1)).toEqual(asked);
    expect(gateOf(campaign, all, evening)).toBe('waiting: 10 of 10 finished; waits for approval');
    expect(openIn(after(approved(2), all, evening))).toBe(1);
    const open = after(approved(1), all, evening);
    expect(openIn(open)).toBe(2);
    expect(gateOf(open, all, evening)).toBe('passed, approved by lee: 10 upgraded');
  });

  test('does not open by an approval alone', () => {
    expect(openIn(after(approved(1), counters({ upgraded: 7, active: 3 }), evening))).toBe(1);
  });
});

describe('a wave that was opened', () => {
  test('says by what, also when a client of the wave before is tried again', () => {
    const found = counters({ upgraded: 7, active: 3 }, { waiting: 100 });
    expect(gateOf(standing(running(2)), found, evening)).toBe('passed: 7 upgraded');
  });

  test('is not said to be opened by failures that a person accepted later', () => {
    const bad = counters({ upgraded: 5, failed: 5 }, { active: 100 });
    const paused = after(standing(running(2)), bad, evening);
    const resumed = decide(paused, { type: 'ResumeRequested', by: 'kim', override: false, counters: bad });
    if (resumed.kind !== 'changed') throw new Error('not resumed');
    expect(gateOf(resumed.campaign, bad, evening)).toBe(
      'passed: 5 upgraded, 5 failed; kim accepted 5 failures later',
    );
  });

  test('keeps who opened it when another person accepts more failures', () => {
    const bad = counters({ upgraded: 8, failed: 2 });
    const paused = after(campaignWith({}), bad, evening);
    const resumed = decide(paused, { type: 'ResumeRequested', by: 'kim', override: false, counters: bad });
    if (resumed.kind !== 'changed') throw new Error('not resumed');
    const open = after(resumed.campaign, bad, evening);
    const worse = counters({ upgraded: 5, failed: 5 }, { active: 100 });
    const again = decide(after(open, worse, evening), {
      type: 'ResumeRequested',
      by: 'lee',
      override: false,
      counters: worse,
    });
    if (again.kind !== 'changed') throw new Error('not resumed');
    expect(gateOf(again.campaign, worse, evening)).toBe(
      'opened by kim in spite of 2 failures: 5 upgraded, 5 failed; lee accepted 5 failures later',
    );
  });

  test('leaves nothing behind in a campaign whose gates ask for counts alone', () => {
    const open = after(campaignWith({}), all, evening);
    expect(open.state).toEqual(running(2));
  });
});

test('a last wave waits for nothing: no wave follows', () => {
  const campaign = standing(running(3));
  const [canary, early, rest] = campaign.definition.waves;
  if (canary === undefined || early === undefined || rest === undefined) throw new Error('no waves');
  const waves = [
    canary,
    early,
    { ...rest, gate: { ...rest.gate, soakMs: hours(4), approval: true as const } },
  ];
  const found = counters({ upgraded: 10 }, { upgraded: 100 }, { upgraded: 289, active: 1 });
  const last = { ...campaign, definition: { ...campaign.definition, waves } };
  expect(after(last, found, evening)).toEqual(last);
  expect(gateOf(last, found, evening, 2)).toBe('last wave: passed: 289 upgraded');
});
