import { describe, expect, test } from 'vitest';
import { decideCampaign } from '../../orchestrator/domain/decide-campaign.ts';
import { healthStep, wantsLook } from '../../orchestrator/domain/health-looks.ts';
import { nextMomentOfGates } from '../../orchestrator/domain/judge-waves.ts';
import { campaignStatus } from '../../orchestrator/views/status.ts';
import type { Campaign, CampaignEvent } from '../../shared/domain/campaign/campaign.ts';
import { type Health, healthOf } from '../../shared/domain/observation/health.ts';
import type { Observation, Service } from '../../shared/domain/observation/observation.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { decodeMemory, encodeMemory } from '../../shared/domain/upgrade/memory-codec.ts';
import { newUpgrade, type Upgrade, withMemory } from '../../shared/domain/upgrade/state.ts';
import { evening, hours, minutes, oldClient, pcmService, rules, upToDate } from './given.ts';
import { countersOfAll, running, standing } from './given-campaign.ts';

const seen = (...changes: readonly Partial<Observation>[]): Observation =>
  Object.assign({}, oldClient, upToDate, ...changes) as Observation;

describe('the health of an upgraded client', () => {
  const expected = { files: rules.files, servicePack: 4 };
  const health = (...changes: readonly Partial<Observation>[]): Health =>
    healthOf(rules.product, expected, seen({ servicePack: 4, services: [] }, ...changes));
  const [file = ''] = Object.keys(rules.files);
  const withFile = (state: Observation['files'][string]): Partial<Observation> => ({
    files: { ...upToDate.files, [file]: state },
  });
  const service = (change: Partial<Service>): Partial<Observation> => ({
    services: [{ ...pcmService, ...change }],
  });

  test('is good when files, setup phase, service pack and services are as the upgrade left them', () => {
    expect(health()).toEqual({ kind: 'healthy' });
    expect(health(service({ state: 'running' }))).toEqual({ kind: 'healthy' });
    expect(health(service({ state: 'stopped', startType: 'manual' }))).toEqual({ kind: 'healthy' });
    expect(health({ servicePack: 5 })).toEqual({ kind: 'healthy' });
    expect(health({ servicePack: null })).toEqual({ kind: 'healthy' });
  });

  test.each([
    ['a file is missing', withFile({ missing: true }), `${file} is missing`],
    ['a file is another one', withFile({ sha256: 'old' }), `${file} is not the file of the release`],
    ['the setup runs again', { setupPhase: 'upgrade' }, 'its setup phase is upgrade'],
    ['files are left', { filesNotDownloaded: ['sm32.hlp'] }, 'sm32.hlp is left to download'],
    ['it went back', { servicePack: 3 }, 'it has service pack 3, and the release is service pack 4'],
    [
      'its service stopped',
      service({ state: 'stopped' }),
      `service ${pcmService.name} starts by itself and does not run`,
    ],
  ] as const)('is bad when %s', (_what, change, because) => {
    expect(health(change)).toEqual({ kind: 'unhealthy', because });
  });

  test.each([
    ['a file cannot be read', withFile({ unreadable: 'locked' })],
    ['the look says nothing of a file', { files: {} }],
    ['the setup phase is not understood', { setupPhase: 'unknown' }],
    ['nothing is said of files to download', { filesNotDownloaded: null }],
    ['the service is just starting', service({ state: 'startPending' })],
  ] as const)('is not known, and neither good nor bad, when %s', (_what, change) => {
    expect(health(change).kind).toBe('notKnown');
  });

  test('is bad when one thing is wrong, whatever else is not known', () => {
    expect(health({ setupPhase: 'unknown' }, withFile({ missing: true })).kind).toBe('unhealthy');
    expect(healthOf(rules.product, { files: {}, servicePack: null }, seen()).kind).toBe('notKnown');
  });
});

const settled = (n: number, health?: Health, at = evening): Upgrade => {
  const upgrade: Upgrade = {
    ...newUpgrade(`pc-${n}`, 0, 'LS-ROM'),
    state: { phase: 'settled', at, end: 'upgraded', cause: 'proved', because: 'proved', blockers: [] },
  };
  return health === undefined
    ? upgrade
    : withMemory(upgrade, { learned: { health: { ...health, at: evening + hours(24) } } });
};

const good: Health = { kind: 'healthy' };
const bad: Health = { kind: 'unhealthy', because: 'appctl32.exe is missing' };
const unknown: Health = { kind: 'notKnown', because: 'no answer' };

test('the health of an earlier upgrade of the client does not count', () => {
  expect(countersOfAll([settled(1, bad)])).toHaveProperty('health|0|unhealthy', 1);
  expect(countersOfAll([settled(1, bad, evening + hours(30))])).not.toHaveProperty('health|0|unhealthy');
});

test('a record keeps the health, and a record without it is as it was', () => {
  const { memory } = settled(1, bad);
  expect(decodeMemory(JSON.parse(JSON.stringify(encodeMemory(memory))))).toEqual(memory);
  expect(encodeMemory(settled(1).memory)).toEqual({});
});

test('clients are looked at that are upgraded in the wave, and whose health is not known', () => {
  expect(wantsLook(settled(1), 0)).toBe(true);
  expect(wantsLook(settled(1, unknown), 0)).toBe(true);
  expect(wantsLook(settled(1, good), 0)).toBe(false);
  expect(wantsLook(settled(1, bad), 0)).toBe(false);
  expect(wantsLook(settled(1), 1)).toBe(false);
  expect(wantsLook(newUpgrade('pc-1', 0, 'LS-ROM'), 0)).toBe(false);
});

describe('a gate that asks for health', () => {
  const campaign: Campaign = (() => {
    const given = standing(running(1));
    const [first, ...others] = given.definition.waves;
    if (first === undefined) throw new Error('no wave');
    const gate = { ...first.gate, minSample: 5, health: { watchMs: hours(24), notOkPercent: 20 } };
    return { ...given, definition: { ...given.definition, waves: [{ ...first, gate }, ...others] } };
  })();
  const counters = (...found: readonly (Health | undefined)[]): Counters =>
    countersOfAll(Array.from({ length: 10 }, (_, n) => settled(n, found[n])));
  const of = (good_: number, bad_: number, unknown_: number): Counters =>
    counters(
      ...Array<Health>(good_).fill(good),
      ...Array<Health>(bad_).fill(bad),
      ...Array<Health>(unknown_).fill(unknown),
    );
  const after = (given: Campaign, event: CampaignEvent, at: number): Campaign => {
    const decision = decideCampaign(given, event, at);
    return decision.kind === 'changed' ? decision.campaign : given;
  };
  const read = (given: Campaign, found: Counters, at: number): Campaign =>
    after(given, { type: 'CountersRead', counters: found }, at);
  const openIn = ({ state }: Campaign): number => ('openWaves' in state ? state.openWaves : 0);
  const gateOf = (given: Campaign, found: Counters, at: number) =>
    campaignStatus(given, found, at).waves[0]?.gate;
  const nextDay = evening + hours(24);
  const watched = read(campaign, of(0, 0, 0), evening);
  const looking = after(watched, { type: 'HealthAsked', wave: 0, survey: 'look-a', clients: 10 }, nextDay);
  const found = { healthy: 0, unhealthy: 0, notKnown: 0 };
  const looked = after(looking, { type: 'HealthFound', survey: 'look-a', found }, nextDay + minutes(5));

  test('looks again when its counts have held for the watch, and not before', () => {
    expect(healthStep(campaign, of(0, 0, 0), nextDay)).toBeNull();
    expect(healthStep(watched, of(0, 0, 0), nextDay - 1)).toBeNull();
    expect(healthStep(watched, of(0, 0, 0), nextDay)).toEqual({ kind: 'begin', wave: 0 });
    expect(gateOf(watched, of(0, 0, 0), evening)).toBe(
      `waiting: 10 of 10 finished; looks again at 10 upgraded clients from ${isoOf(nextDay)} on`,
    );
    expect(healthStep(looking, of(0, 0, 0), nextDay)).toEqual({
      kind: 'collect',
      wave: 0,
      survey: 'look-a',
      begunAt: nextDay,
    });
    expect(openIn(read(looking, of(0, 0, 0), nextDay))).toBe(1);
  });

  test('opens the next wave when enough clients are healthy', () => {
    const open = read(looked, of(8, 1, 1), nextDay + hours(1));
    expect(openIn(open)).toBe(2);
    expect(gateOf(open, of(8, 1, 1), nextDay)).toBe(
      'passed, 8 of 10 upgraded clients still healthy: 10 upgraded; 1 of the upgraded is unhealthy',
    );
    expect(campaignStatus(open, of(8, 1, 1), nextDay)).toMatchObject({
      health: { healthy: 8, unhealthy: 1, notKnown: 1 },
      waves: [{ health: { healthy: 8 } }, {}, {}],
      states: { upgraded: 10, failed: 0 },
      actions: ['servpack campaign clients sp4 --cause unhealthy'],
    });
  });

  test('pauses the campaign when too many are unhealthy; a person may accept them', () => {
    const paused = read(looked, of(7, 3, 0), nextDay + hours(1));
    expect(paused.state).toMatchObject({
      status: 'paused',
      byGate: true,
      because: 'wave canary: 0 failures and 3 unhealthy in 10 clients that were tried, limit 10 %',
    });
    const resumed = after(
      paused,
      { type: 'ResumeRequested', by: 'kim', override: false, counters: of(7, 3, 0) },
      nextDay + hours(2),
    );
    expect(resumed.state).toMatchObject({ accepted: [3, 0, 0], acceptances: [{ unhealthy: 3 }, null, null] });
    const again = read(resumed, of(7, 3, 0), nextDay + hours(2));
    const open = read(again, of(7, 3, 0), nextDay + hours(50));
    expect(gateOf(open, of(7, 3, 0), nextDay)).toBe(
      'opened by kim in spite of 3 unhealthy clients, 7 of 10 upgraded clients still healthy: 10 upgraded; 3 of the upgraded are unhealthy',
    );
  });

  test('has a limit of its own for unhealthy clients', () => {
    const [first, ...others] = looked.definition.waves;
    if (first === undefined) throw new Error('no wave');
    const gate = { ...first.gate, notOkPercent: 100 };
    const lenient = {
      ...looked,
      definition: { ...looked.definition, waves: [{ ...first, gate }, ...others] },
    };
    expect(openIn(read(lenient, of(8, 2, 0), nextDay + hours(1)))).toBe(2);
    expect(read(lenient, of(7, 3, 0), nextDay + hours(1)).state).toMatchObject({
      status: 'paused',
      because: 'wave canary: 3 of 10 upgraded clients that were looked at again are unhealthy, limit 20 %',
    });
  });

  test('stays closed while the health of too few is known, and looks again', () => {
    const few = of(4, 0, 6);
    expect(openIn(read(looked, few, nextDay + hours(1)))).toBe(1);
    const again = nextDay + minutes(5) + hours(1);
    expect(gateOf(looked, few, nextDay + minutes(5))).toBe(
      `waiting: 10 of 10 finished; health of 4 of 10 upgraded clients is known, 5 are needed; looks again at ${isoOf(again)}`,
    );
    expect(healthStep(looked, few, again - 1)).toBeNull();
    expect(healthStep(looked, few, again)).toEqual({ kind: 'begin', wave: 0 });
  });

  test('says when it must be judged again', () => {
    expect(nextMomentOfGates(watched, of(0, 0, 0), evening + hours(1))).toBe(nextDay);
    expect(nextMomentOfGates(looked, of(4, 0, 6), nextDay + minutes(6))).toBe(
      nextDay + minutes(5) + hours(1),
    );
    expect(nextMomentOfGates(looked, of(3, 0, 0), nextDay + minutes(6))).toBe(
      nextDay + minutes(5) + hours(1),
    );
    expect(nextMomentOfGates(looked, of(8, 2, 0), nextDay + minutes(6))).toBeNull();
  });

  test('opens for a person who accepts that the health is not known', () => {
    const few = of(4, 0, 6);
    expect(campaignStatus(looked, few, nextDay).actions).toContain(
      'servpack campaign resume sp4   # you accept 6 clients of unknown health',
    );
    const request = { type: 'ResumeRequested', by: 'kim', override: false, counters: few } as const;
    const resumed = after(looked, request, nextDay + minutes(6));
    const open = read(resumed, few, nextDay + minutes(6));
    expect(openIn(open)).toBe(2);
    expect(gateOf(open, few, nextDay)).toBe(
      'opened by kim in spite of 6 clients of unknown health, 4 of 10 upgraded clients still healthy: 10 upgraded',
    );
    const refused = decideCampaign(watched, { ...request, counters: of(0, 0, 0) }, evening);
    expect(refused).toEqual({ kind: 'refused', because: 'campaign sp4 is not paused: it is running' });
  });

  test('has nothing to look at where no client was upgraded', () => {
    const current: Counters = { 'state|0|LS-ROM|alreadyCurrent': 10 };
    expect(openIn(read(campaign, current, evening))).toBe(2);
  });
});
