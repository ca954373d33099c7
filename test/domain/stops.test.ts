import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideCampaign } from '../../orchestrator/domain/decide-campaign.ts';
import { countsSince, stopVerdicts } from '../../orchestrator/domain/stops.ts';
import { stopRuleWords, stopsNow } from '../../orchestrator/views/stop-words.ts';
import { whyAdmitted, whyWaiting } from '../../orchestrator/views/why.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Halt } from '../../shared/domain/campaign/halt.ts';
import {
  type StopAction,
  stopRule,
  type RateRule,
  type StopRule,
} from '../../shared/domain/campaign/stop.ts';
import type { FactCounts } from '../../shared/domain/outcome/facts.ts';
import { factsOf } from '../../shared/domain/upgrade/facts.ts';
import { newUpgrade, withMemory } from '../../shared/domain/upgrade/state.ts';
import { campaign, running } from './given-campaign.ts';
import { evening, minutes } from './given.ts';

const rate = (does: StopAction = 'pause'): RateRule => ({
  on: 'failed',
  percent: 10,
  minSample: 20,
  withinMs: minutes(60),
  does,
});
const same: StopRule = { sameCause: 5, withinMs: minutes(30), does: 'pause' };

const withStop = (...stop: readonly StopRule[]): Campaign => ({
  ...campaign,
  definition: { ...campaign.definition, stop },
  state: running(1),
});

const found = (failed: number, tried: number, causes: FactCounts['causes'] = {}): FactCounts => ({
  kinds: { failed, tried },
  causes,
});

const judged = (given: Campaign, ...facts: readonly FactCounts[]) =>
  decideCampaign(given, { type: 'CountersRead', counters: {}, facts }, evening);

const causes = { 'disk full': 1, 'logon refused': 3, 'file in use': 2, garbled: 1 };

describe('client why', () => {
  const blocked: StopRule = { ...rate(), on: 'blocked' };
  const sources = { counters: {}, slots: { active: 0, perLogonServer: {} }, product: null, now: evening };
  const pick = { client: 'pc-1', wave: 0, logonServer: 'LS-ROM' };

  const whyIn = (given: Campaign, halt: Halt | null = null) =>
    whyWaiting({ ...sources, campaign: given, halt }, pick);
  const remarksIn = (given: Campaign, halt: Halt | null = null): string =>
    whyIn(given, halt).remarks.join('\n');

  const stopped = (rules: readonly StopRule[], facts: FactCounts): Campaign => {
    const decision = judged(withStop(...rules), ...rules.map(() => facts));
    if (decision.kind !== 'changed') throw new Error('no rule stops it');
    return decision.campaign;
  };

  test('names the rule that has paused the campaign, its numbers, and what comes next', () => {
    const paused = stopped([same, rate()], found(8, 20, { 'disk full': 3, away: 4 }));
    expect(remarksIn(paused)).toContain(
      'the stop rule "more than 10 % of at least 20 clients failed within 60 min: pauses the campaign" has paused the campaign; any person may resume the campaign; then only what happens after that counts for the rule',
    );
    const admitted = {
      upgrade: newUpgrade('pc-1', 0, 'LS-ROM'),
      index: 'parked',
      dueAt: null,
      since: null,
    } as const;
    expect(whyAdmitted({ ...sources, campaign: paused }, admitted).remarks.join('\n')).toContain(
      'the stop rule "more',
    );
    const dueTo = { ...admitted, index: 'due', dueAt: evening } as const;
    for (const given of [{ ...admitted, index: 'parked' } as const, dueTo]) {
      const answer = whyAdmitted({ ...sources, campaign: paused }, given);
      expect(JSON.stringify(answer).split('8 of 20 clients failed')).toHaveLength(2);
      expect(answer.next?.action).toContain('8 of 20 clients failed');
    }
    expect(JSON.stringify(whyIn(paused)).split('8 of 20 clients failed')).toHaveLength(2);
    expect(whyIn(paused).because).toContain('8 of 20 clients failed');
    const one = stopped([{ ...blocked, minSample: 1 }], { kinds: { blocked: 1, tried: 1 }, causes: {} });
    expect(whyIn(one).because).toContain('1 of 1 client was blocked within 60 min, limit 10 %');
    expect(remarksIn(one)).toContain('the stop rule "more than 10 % of at least 1 client was blocked');
  });

  test('says what is left after an abort, and whose rule has halted all campaigns', () => {
    const aborted = stopped([{ ...same, does: 'abort' }], found(5, 5, { 'disk full': 5 }));
    expect(remarksIn(aborted)).toMatch(/has aborted the campaign; nothing of .* servpack campaign clone/u);
    expect(whyIn(aborted).because).toContain('5 clients with the same cause within 30 min');
    const halt = {
      by: stopRule,
      because: 'campaign other: 5 clients failed within 60 min, limit 4',
      at: evening,
    };
    expect(remarksIn(withStop(same), halt)).toContain(
      'a stop rule has halted all campaigns; any person may end the halt',
    );
    expect(whyIn(withStop(same), halt).because).toBe(
      'everything is halted by stop rule: campaign other: 5 clients failed within 60 min, limit 4',
    );
  });

  test('says nothing of rules where a person has paused the campaign, and all the same where an edit took the rule out', () => {
    const paused = stopped([same], found(5, 5, { 'disk full': 5 }));
    if (paused.state.status !== 'paused') throw new Error('it is not paused');
    expect(remarksIn({ ...paused, state: { ...paused.state, by: 'anna' } })).not.toContain('stop rule');
    expect(remarksIn({ ...paused, definition: campaign.definition })).toContain(
      'a stop rule has paused the campaign; any',
    );
  });
});

describe('a stop rule', () => {
  test('pauses its campaign, with the numbers, the window and the three most frequent causes', () => {
    const because =
      '3 of 20 clients failed within 60 min, limit 10 %; most frequent: logon refused (3), file in use (2), disk full (1)';
    expect(judged(withStop(rate()), found(3, 20, causes))).toMatchObject({
      because,
      campaign: { state: { status: 'paused', by: 'stop rule', byGate: false, because } },
    });
  });

  test('aborts where it says so', () => {
    expect(judged(withStop(rate('abort')), found(3, 20))).toMatchObject({
      campaign: { state: { status: 'aborted', by: 'stop rule' } },
    });
  });

  test('that does the most comes first', () => {
    const both = withStop({ ...same, sameCause: 2 }, rate('abort'));
    expect(judged(both, found(3, 20, causes), found(3, 20, causes))).toMatchObject({
      campaign: { state: { status: 'aborted' } },
    });
  });

  test.each([
    ['at its limit', found(2, 20)],
    ['below its sample', found(19, 19)],
    ['without facts', { kinds: {}, causes: {} }],
  ])('stops nothing %s', (_, facts) => {
    expect(judged(withStop(rate()), facts).kind).toBe('ignored');
  });

  test('names the cause that so many clients have', () => {
    expect(judged(withStop(same), found(0, 0, { 'disk full': 4 })).kind).toBe('ignored');
    expect(judged(withStop(same), found(0, 0, { 'disk full': 5 }))).toMatchObject({
      because: '5 clients with the same cause within 30 min, limit 5; most frequent: disk full (5)',
    });
  });

  test('counts causes of failures alone where the rule says so', () => {
    const failing: StopRule = { ...same, on: 'failed' };
    const usual = { kinds: { failed: 4, tried: 40 }, causes: { away: 9, 'disk full': 4 } };
    const four = { ...usual, failures: { 'disk full': 4 } };
    expect(judged(withStop(failing), { kinds: { tried: 40 }, causes: { away: 40 } }).kind).toBe('ignored');
    expect(judged(withStop(failing), four).kind).toBe('ignored');
    expect(judged(withStop(failing), { ...usual, failures: { 'disk full': 5 } })).toMatchObject({
      because: '5 clients failed with the same cause within 30 min, limit 5; most frequent: disk full (5)',
    });
    expect(judged(withStop({ ...rate(), minSample: 4, percent: 5 }), four)).toMatchObject({
      because: '4 of 40 clients failed within 60 min, limit 5 %; most frequent: disk full (4)',
    });
    expect(stopRuleWords([failing])).toBe(
      '5 clients failed with the same cause within 30 min: pauses the campaign',
    );
  });

  test('lets anybody resume, and counts what comes after that', () => {
    const stopped = judged(withStop(rate()), found(3, 20));
    if (stopped.kind !== 'changed') throw new Error(stopped.because);
    const later = evening + minutes(5);
    const event = { type: 'ResumeRequested', by: 'kim', override: false, counters: {} } as const;
    const resumed = decideCampaign(stopped.campaign, event, later);
    expect(resumed).toMatchObject({ campaign: { state: { status: 'running', stopsFrom: later } } });
    expect(countsSince(rate(), { stopsFrom: later }, later + minutes(10))).toBe(later);
    expect(countsSince(rate(), { stopsFrom: later }, later + minutes(70))).toBe(later + minutes(10));
  });

  test('cannot be evaluated over the time before a rebuild, and says so', () => {
    const rebuilt = { ...withStop(rate()), rebuiltAt: evening - minutes(10) };
    expect(judged(rebuilt, found(20, 20)).kind).toBe('ignored');
    expect(stopsNow(rebuilt, [found(20, 20)], evening).stops?.[0]).toContain(
      'cannot be evaluated: what happened before the rebuild at',
    );
    expect(stopVerdicts(rebuilt, [found(20, 20)], evening + minutes(51))[0]?.kind).toBe('stops');
  });

  test('says in words what it does, and how it stands', () => {
    expect(stopRuleWords([rate('halt'), { ...same, withinMs: 90_000 }])).toBe(
      'more than 10 % of at least 20 clients failed within 60 min: halts all campaigns; 5 clients with the same cause (also clients that are away, or blocked as usual) within 90 s: pauses the campaign',
    );
    expect(stopsNow(withStop(rate(), same), [found(1, 4), found(0, 0, { disk: 2 })], evening)).toEqual({
      stops: [
        '1 of 4 clients failed within 60 min, limit 10 %; needs 20 before it decides',
        '2 clients with the same cause within 30 min, limit 5',
      ],
    });
    expect(stopsNow(campaign, undefined, evening)).toEqual({});
  });

  test('says in the status what it had counted when it stopped the campaign, however late it is', () => {
    const decision = judged(withStop(rate(), same), found(5, 20), found(0, 0, { disk: 2 }));
    if (decision.kind !== 'changed') throw new Error('no rule stops it');
    // A day later its window holds nothing of that.
    expect(stopsNow(decision.campaign, [found(0, 0), found(0, 0)], evening + minutes(24 * 60))).toEqual({
      stops: [
        '5 of 20 clients failed within 60 min, limit 10 %; it has paused the campaign at 2026-11-16T20:00:00Z',
        '0 clients with the same cause within 30 min, limit 5',
      ],
    });
  });

  test('never stops below its sample, and always beyond its limit', () => {
    const amount = fc.nat({ max: 200 });
    fc.assert(
      fc.property(amount, amount, amount, (tried, failed, minSample) => {
        const rule = { ...rate(), minSample };
        const [verdict] = stopVerdicts(withStop(rule), [found(Math.min(failed, tried), tried)], evening);
        const isOver = tried >= minSample && Math.min(failed, tried) * 100 > 10 * tried;
        expect(verdict?.kind === 'stops').toBe(isOver);
      }),
    );
  });
});

describe('facts of a commit', () => {
  const looking = newUpgrade('pc-1', 0, 'LS-1');
  const settled = (end: 'failed' | 'upgraded' | 'cancelled') =>
    ({
      ...looking,
      state: { phase: 'settled', at: 1, end, cause: 'disk full', because: '', blockers: [] },
    }) as const;

  test('say how the upgrade ended; a cancelled one was not tried', () => {
    expect(factsOf(looking, settled('failed'))).toEqual([
      { kind: 'failed', cause: 'disk full' },
      { kind: 'tried' },
    ]);
    expect(factsOf(looking, settled('upgraded'))).toEqual([{ kind: 'tried' }]);
    expect(factsOf(looking, settled('cancelled'))).toEqual([]);
    expect(factsOf(settled('failed'), settled('failed'))).toEqual([]);
  });

  test('tell a client that is away from one that gives no answer in time', () => {
    const state = { phase: 'deferred', class: 'unreachable', until: 1, because: '', blockers: [] } as const;
    const away = { ...looking, state };
    expect(factsOf(looking, away, 'unreachable')[0]?.kind).toBe('unreachable');
    expect(factsOf(looking, away, 'timedOut').map(({ kind }) => kind)).toEqual(['timedOut', 'tried']);
    expect(factsOf(away, looking)).toEqual([]);
  });

  test('say what blocks a client, by the names of the blockers', () => {
    const blockers = [{ kind: 'service', service: 'pcmsvc', file: 'a.dll' }] as never;
    const state = { phase: 'deferred', class: 'service', until: 1, because: '', blockers } as const;
    expect(factsOf(looking, { ...looking, state })).toMatchObject([{ kind: 'blocked' }, { kind: 'tried' }]);
  });

  test('say that a relocation was undone, and that a client became unhealthy, once', () => {
    const undone = withMemory(looking, { learned: { relocation: 'undone' } });
    expect(factsOf(looking, undone)[0]?.kind).toBe('undone');
    expect(factsOf(undone, undone)).toEqual([]);
    const health = { kind: 'unhealthy', because: 'SMS.EXE is missing', at: 2 } as const;
    const ill = withMemory(settled('upgraded'), { learned: { health } });
    expect(factsOf(settled('upgraded'), ill)[0]).toEqual({ kind: 'unhealthy', cause: 'SMS.EXE is missing' });
    expect(factsOf(ill, ill)).toEqual([]);
  });
});
