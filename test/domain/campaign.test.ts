import { describe, expect, test } from 'vitest';
import { chooseAdmissions } from '../../shared/domain/campaign/admission.ts';
import { decideCampaign } from '../../orchestrator/domain/decide-campaign.ts';
import type { Client, Gate, Wave } from '../../shared/domain/campaign/definition.ts';
import { planWaves } from '../../orchestrator/domain/plan-waves.ts';
import { campaignStatus } from '../../orchestrator/views/status.ts';
import { evening, policy } from './given.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import type { Campaign, CampaignEvent, CampaignState } from '../../shared/domain/campaign/campaign.ts';

const gate: Gate = { settledPercent: 80, notOkPercent: 10, minSample: 10 };
const waves: readonly Wave[] = [
  { name: 'canary', size: { count: 10 }, gate },
  { name: 'early', size: { percent: 25 }, gate },
  { name: 'rest', size: { rest: true }, gate },
];
const campaign: Campaign = {
  definition: {
    campaign: 'sp4',
    release: 'sms-sp4',
    start: 'byHand',
    startAt: null,
    seed: '1',
    select: { labels: [], logonServers: [], clients: [] },
    waves,
    budgets: { active: 100, perLogonServer: 25 },
    policy,
    hash: 'h',
  },
  createdAt: evening,
  waveSizes: [10, 100, 290],
  state: { status: 'created' },
};
const standing = (state: CampaignState): Campaign => ({ ...campaign, state });
const running = (openWaves: number, accepted = [0, 0, 0]): CampaignState => ({
  status: 'running',
  startedAt: evening,
  openWaves,
  accepted,
});

const pausedByGate = {
  ...running(2),
  status: 'paused',
  pausedAt: evening,
  byGate: true,
  by: 'gate',
  because: 'b',
} as CampaignState;

/** Counters of waves with these ends; all other clients wait. */
const counters = (...ends: readonly Record<string, number>[]): Counters =>
  Object.fromEntries(
    ends.flatMap((wave, index) =>
      Object.entries(wave).map(([bucket, count]) => [`state|${index}|LS-ROM|${bucket}`, count]),
    ),
  );

const read = (state: CampaignState, counters: Counters) =>
  decideCampaign(standing(state), { type: 'CountersRead', counters: counters }, evening);

describe('the gate of a wave', () => {
  test('stays closed before 80 % have settled', () => {
    expect(read(running(1), counters({ upgraded: 7, deferred: 3 }))).toEqual({
      kind: 'ignored',
      because: '7 of 10 finished; needs 10 before it decides',
    });
    expect(read(running(2), counters({ upgraded: 10 }, { upgraded: 79, active: 21 }))).toMatchObject({
      because: '79 of 100 finished; 80 % are needed',
    });
  });

  test('opens the next wave when enough clients have settled well; the others go on', () => {
    expect(
      read(running(2), counters({ upgraded: 10 }, { upgraded: 75, failed: 5, deferred: 20 })),
    ).toMatchObject({
      kind: 'changed',
      campaign: { state: { status: 'running', openWaves: 3 } },
      because: 'wave rest opens: wave early passed: 75 upgraded, 5 failed',
    });
  });

  test('pauses the campaign at too many failures, and names their shared cause', () => {
    const found = {
      ...counters({ upgraded: 10 }, { upgraded: 40, failed: 6 }),
      'cause|1|not downloaded after 6 tries': 5,
      'cause|1|did not come back': 1,
    };
    expect(read(running(2), found)).toMatchObject({
      kind: 'changed',
      campaign: { state: { status: 'paused', by: 'gate', openWaves: 2 } },
      because:
        'wave early: 6 failures in 46 clients that were tried, limit 10 %, same cause 5x: not downloaded after 6 tries',
    });
  });

  test('concludes nothing from one failed client of the first three', () => {
    expect(read(running(2), counters({ upgraded: 10 }, { upgraded: 2, failed: 1 })).kind).toBe('ignored');
  });

  test('pauses the campaign also for an earlier wave that goes bad late', () => {
    expect(
      read(running(3), counters({ upgraded: 8, failed: 2 }, { upgraded: 100 }, { upgraded: 5 })),
    ).toMatchObject({
      campaign: { state: { status: 'paused' } },
    });
  });

  test('counts from the accepted failures after a resume; more of them pause again', () => {
    const bad = counters({ upgraded: 10 }, { upgraded: 40, failed: 6 });
    const resumed = decideCampaign(
      standing(pausedByGate),
      { type: 'ResumeRequested', by: 'anna', override: false, counters: bad },
      evening,
    );
    expect(resumed).toMatchObject({
      kind: 'changed',
      campaign: {
        state: {
          status: 'running',
          accepted: [0, 6, 0],
          acceptances: [null, { by: 'anna', at: evening, failures: 6 }, null],
        },
      },
      because: 'resumed in spite of 6 failures',
    });
    if (resumed.kind !== 'changed') throw new Error('not resumed');
    expect(read(resumed.campaign.state, bad).kind).toBe('ignored');
    expect(
      read(resumed.campaign.state, counters({ upgraded: 10 }, { upgraded: 40, failed: 12 })),
    ).toMatchObject({
      campaign: { state: { status: 'paused' } },
    });
  });

  test('accepts nothing for a wave whose gate has stopped nothing: it has passed, and keeps its limit', () => {
    const bad = counters({ upgraded: 9, failed: 1 }, { upgraded: 40, failed: 6 });
    const resumed = decideCampaign(
      standing(pausedByGate),
      { type: 'ResumeRequested', by: 'anna', override: false, counters: bad },
      evening,
    );
    if (resumed.kind !== 'changed') throw new Error('not resumed');
    expect(resumed.campaign.state).toMatchObject({
      accepted: [0, 6, 0],
      acceptances: [null, { by: 'anna', failures: 6 }, null],
    });
    expect(campaignStatus(resumed.campaign, bad, evening).waves[0]?.gate).toBe(
      'passed: 9 upgraded, 1 failed',
    );
    const worse = counters({ upgraded: 8, failed: 2 }, { upgraded: 40, failed: 6 });
    expect(read(resumed.campaign.state, worse)).toMatchObject({
      campaign: { state: { status: 'paused', because: expect.stringContaining('wave canary') } },
    });
  });

  test('never says of a wave that it has passed when a person let its failures through', () => {
    const open = {
      ...running(2, [20, 0, 0]),
      acceptances: [{ by: 'anna', at: evening, failures: 20 }, null, null],
    };
    const sizes = { ...standing(open as CampaignState), waveSizes: [20, 100, 290] };
    const bad = counters({ failed: 19, needsAttention: 1 }, { upgraded: 5 });
    expect(campaignStatus(sizes, bad, evening).waves[0]?.gate).toBe(
      'opened by anna in spite of 20 failures: 0 upgraded, 19 failed, 1 needs attention',
    );
  });

  test('refuses a resume that accepts another number of failures than there are', () => {
    const request = { type: 'ResumeRequested', by: 'anna', override: false } as const;
    const bad = counters({ upgraded: 10 }, { upgraded: 40, failed: 6, needsAttention: 1 });
    const resumed = (acceptFailures: number) =>
      decideCampaign(standing(pausedByGate), { ...request, acceptFailures, counters: bad }, evening);
    expect(resumed(6)).toEqual({
      kind: 'refused',
      because: expect.stringContaining('has 7 failures by now, not 6'),
    });
    expect(resumed(7).kind).toBe('changed');
  });

  test('counts skipped and cancelled clients neither as tried nor as good', () => {
    // 2 of the 4 that were tried have failed; that a person skipped 6 makes it no better.
    const found = counters({ upgraded: 2, failed: 2, skipped: 6 });
    expect(read(running(1), found)).toMatchObject({
      campaign: { state: { status: 'paused' } },
      because: 'wave canary: 2 failures in 4 clients that were tried, limit 10 %',
    });
    expect(read(running(1), counters({ skipped: 10 }))).toMatchObject({
      because: 'wave early opens: wave canary opened, and no client was tried: 0 upgraded, 10 skipped',
    });
  });

  test('accepts no failures by a pause of a person', () => {
    const bad = counters({ upgraded: 10 }, { upgraded: 40, failed: 3 });
    const paused = decideCampaign(
      standing(running(2)),
      { type: 'PauseRequested', by: 'kim', reason: 'night' },
      evening,
    );
    if (paused.kind !== 'changed') throw new Error('not paused');
    const resumed = decideCampaign(
      paused.campaign,
      { type: 'ResumeRequested', by: 'kim', override: false, counters: bad },
      evening,
    );
    expect(resumed).toMatchObject({ campaign: { state: { status: 'running', accepted: [0, 0, 0] } } });
  });

  test('lets the campaign end when every client is finished', () => {
    const all = counters(
      { upgraded: 10 },
      { upgraded: 98, skipped: 2 },
      { upgraded: 280, needsAttention: 10 },
    );
    expect(read(running(3), all)).toMatchObject({
      campaign: { state: { status: 'ended' } },
      because: 'every client is finished',
    });
  });
});

describe('a command to a campaign', () => {
  const start = (changes: object = {}): CampaignEvent =>
    ({ type: 'StartRequested', releaseStaged: true, overlap: [], ...changes }) as CampaignEvent;
  const ask = (state: CampaignState, event: CampaignEvent, given = campaign) =>
    decideCampaign({ ...given, state }, event, evening);
  const pause = { type: 'PauseRequested', by: 'kim', reason: 'phones ring' } as const;

  test.each([
    ['starting', ask({ status: 'created' }, start()), 'started'],
    ['starting twice', ask(running(1), start()), 'campaign sp4 was started already: it is running'],
    [
      'starting without the release',
      ask({ status: 'created' }, start({ releaseStaged: false })),
      'release sms-sp4 is not staged',
    ],
    [
      'clients of another campaign',
      ask({ status: 'created' }, start({ overlap: [{ client: 'pc-1', campaign: 'sp3' }] })),
      'clients of this campaign are not finished in campaign sp3: pc-1',
    ],
    ['pausing', ask(running(1), pause), 'phones ring'],
    [
      'pausing what does not run',
      ask({ status: 'created' }, pause),
      'campaign sp4 is not running: it has not been started',
    ],
    [
      'resuming what runs',
      ask(running(1), { type: 'ResumeRequested', by: 'anna', override: false, counters: {} }),
      'campaign sp4 is not paused: it is running',
    ],
  ])('%s', (_name, decision, because) => {
    expect(decision.because).toBe(because);
  });

  test('to start waits for a release that is not staged, and starts the campaign then', () => {
    const given = { ...campaign, definition: { ...campaign.definition, start: 'whenStaged' as const } };
    const waiting = ask({ status: 'created' }, start({ releaseStaged: false }), given);
    expect(waiting).toMatchObject({ kind: 'changed', campaign: { state: { status: 'waitingForRelease' } } });
    expect(ask({ status: 'waitingForRelease' }, { type: 'ReleaseStaged' }, given)).toMatchObject({
      campaign: { state: { status: 'running', openWaves: 1 } },
    });
  });
});

describe('admission', () => {
  const queue = (server: string, count: number) =>
    Array.from({ length: count }, (_, i) => ({ client: `${server}-${i}`, logonServer: server }));

  test('keeps to both budgets, and a full logon server does not stop the others', () => {
    const chosen = chooseAdmissions(
      { active: 10, perLogonServer: 4 },
      { active: 3, perLogonServer: { rom: 3 } },
      [...queue('rom', 5), ...queue('pun', 5), ...queue('lon', 5)],
    );
    expect(chosen.map((each) => each.client)).toEqual([
      'rom-0',
      'pun-0',
      'pun-1',
      'pun-2',
      'pun-3',
      'lon-0',
      'lon-1',
    ]);
  });
});

describe('the plan of the waves', () => {
  const fleet: readonly Client[] = Array.from({ length: 400 }, (_, i) => ({
    client: `pc-${i}`,
    host: `pc-${i}`,
    logonServer: `LS-${i % 4}`,
    zone: 'UTC',
    role: 'workstation',
    labels: i < 100 ? ['sales'] : [],
  }));

  test('distributes all clients by count and percent; the first wave is a sample of all logon servers', () => {
    const plan = planWaves(campaign.definition, fleet);
    expect(plan.waves.map((wave) => wave.clients.length)).toEqual([10, 100, 290]);
    expect(plan.left).toBe(0);
    expect(new Set(plan.waves.flatMap((wave) => wave.clients.map((each) => each.client))).size).toBe(400);
    expect(new Set(plan.waves[0]?.clients.map((each) => each.logonServer)).size).toBeGreaterThan(2);
  });

  test('gives the same waves for the same seed, and others for another seed', () => {
    const first = planWaves(campaign.definition, fleet).waves[0]?.clients;
    expect(planWaves(campaign.definition, fleet.toReversed()).waves[0]?.clients).toEqual(first);
    expect(planWaves({ ...campaign.definition, seed: '2' }, fleet).waves[0]?.clients).not.toEqual(first);
  });

  test('selects by label, and counts the clients for which no wave has room', () => {
    const plan = planWaves(
      {
        ...campaign.definition,
        select: { labels: ['sales'], logonServers: ['LS-1', 'LS-2'], clients: [] },
        waves: waves.slice(0, 1),
      },
      fleet,
    );
    expect(plan.waves[0]?.clients).toHaveLength(10);
    expect(plan.left).toBe(40);
  });
});
