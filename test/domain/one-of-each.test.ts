import { describe, expect, test } from 'vitest';
import { calendarWarnings } from '../../orchestrator/domain/calendar-warnings.ts';
import { evaluateGate } from '../../orchestrator/domain/gate.ts';
import { gateQuestion } from '../../orchestrator/domain/gate-question.ts';
import { factWords } from '../../orchestrator/domain/judge-stops.ts';
import { waveProgress } from '../../orchestrator/domain/wave-progress.ts';
import { stepText, waveText } from '../../orchestrator/views/approval-text.ts';
import { openQuestions } from '../../orchestrator/views/approval-words.ts';
import { planRules } from '../../orchestrator/views/plan-rules.ts';
import { whyServerFull } from '../../orchestrator/views/server-share-words.ts';
import { speedNowWords, speedRuleWords, whyNotFaster } from '../../orchestrator/views/speed-words.ts';
import { campaignStatus } from '../../orchestrator/views/status.ts';
import { stopRuleWords } from '../../orchestrator/views/stop-words.ts';
import { calm } from '../../orchestrator/views/surroundings.ts';
import { whyNoSlot, whyNotOpen } from '../../orchestrator/views/why-waiting.ts';
import type { Campaign, CampaignState } from '../../shared/domain/campaign/campaign.ts';
import type { StopRule } from '../../shared/domain/campaign/stop.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import { running, standing } from './given-campaign.ts';
import { evening, hours } from './given.ts';

/** Every text of a value, however deep. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

const adjectives = 'tried|upgraded|unfinished|selected|named|more|further|unhealthy';
const nouns = 'clients|failures|downloads|slots|starts|times|waves|files|questions|blackouts|tries|servers';

/** `1 clients`, `1 tried clients`, `at most 1 clients`; `1 of 3 clients` is right. */
const wrong = new RegExp(`(?<![\\d.,:-])1 (?!of )(?:(?:${adjectives}) )?(?:${nouns})\\b|all 1 `, 'u');

function expectSingular(value: unknown): void {
  const texts = textsIn(value);
  expect(texts).not.toEqual([]);
  expect(texts.filter((text) => wrong.test(text))).toEqual([]);
}

const rules: readonly StopRule[] = [
  { on: 'blocked', percent: 1, minSample: 1, withinMs: hours(1), does: 'pause' },
  { sameCause: 1, withinMs: hours(1), does: 'halt' },
];

/** A campaign in which everything is there once. */
function single(state: CampaignState = running(1)): Campaign {
  const given = standing(state);
  const { definition } = given;
  const gate = {
    minSample: 1,
    settledPercent: 100,
    notOkPercent: 1,
    health: { watchMs: 1, notOkPercent: 1 },
  };
  return {
    ...given,
    waveSizes: definition.waves.map(() => 1),
    definition: {
      ...definition,
      stop: rules,
      budgets: { active: 1, perLogonServer: 1, maxDownloads: { everywhere: 1, at: {} } },
      speed: { startsPerMinute: 1 },
      waves: definition.waves.map((wave) => ({ ...wave, size: { count: 1 }, gate })),
      approvals: [{ remediation: 'relocation' }, { each: 'relocation' }],
    },
  };
}

const counters: readonly Counters[] = [
  {},
  { 'state|0|LS-ROM|upgraded': 1, 'unhealthy|0': 1, 'health|0|unhealthy': 1 },
  { 'state|0|LS-ROM|failed': 1, 'cause|0|away': 1 },
  { 'state|0|LS-ROM|deferred': 1, 'deferred|approval': 1, 'downloading|LS-ROM': 1, marked: 1 },
];
const facts = rules.map(() => ({ kinds: { blocked: 1, tried: 1 }, causes: { away: 1 } }));

describe.each(counters)('with one client in %o', (counted) => {
  test('status, gates and reasons to wait have their singular', () => {
    const campaign = single();
    expectSingular(campaignStatus(campaign, counted, evening, { ...calm, facts }));
    const paused = {
      ...running(1),
      status: 'paused',
      pausedAt: evening,
      byGate: false,
      by: 'anna',
      because: 'x',
    };
    expectSingular(campaignStatus(single(paused as CampaignState), counted, evening, { ...calm, facts }));
    const { state } = campaign;
    if (state.status !== 'running') throw new Error('it does not run');
    const progress = waveProgress(campaign.waveSizes, counted);
    for (const [index, each] of progress.entries()) {
      const question = gateQuestion(campaign, state, { index, progress: each, now: evening });
      if (question !== null) expectSingular(evaluateGate(question));
    }
    const why = { campaign, counters: counted, now: evening };
    for (const slots of [0, 1])
      for (const active of [0, 1])
        expectSingular([
          whyNotOpen(why, 1),
          whyNoSlot({ ...why, slots: { active, perLogonServer: { 'LS-ROM': slots } } }, 'LS-ROM', true),
        ]);
    expectSingular(['', ...openQuestions(campaign, counted)]);
    const clients = { count: 1, names: ['pc-1'] };
    const next = campaign.definition.waves[1]?.name ?? '';
    expectSingular([waveText(campaign, counted, next, clients), stepText(campaign, 'relocation', clients)]);
  });
});

test('plans and rules have their singular', () => {
  const { definition } = single();
  expectSingular(planRules(definition));
  const ramp = { from: 1, factor: 2, per: 1, most: 1 };
  expectSingular([speedRuleWords({ ramp }), speedRuleWords({ startsPerMinute: 1 })]);
  const now = { perMinute: 1, step: null };
  const log = [{ second: Math.floor(evening / 1_000), starts: 1 }];
  expectSingular([speedNowWords(now, log, evening), whyNotFaster(now, log, evening)]);
  expectSingular([
    stopRuleWords(rules),
    ...rules.map((rule, at) => factWords(rule, facts[at] ?? { kinds: {}, causes: {} })),
  ]);
  const share = { logonServer: 'LS-ROM', most: 1, slots: 1, own: 1 };
  expectSingular(whyServerFull([share as never], 'LS-ROM', {}));
  expectSingular(['', ...calendarWarnings(definition, [], evening)]);
});

test('the test finds a plural behind one', () => {
  for (const text of ['1 clients', 'at least 1 tried clients', 'all 1 slots are in use'])
    expect(text).toMatch(wrong);
  for (const text of ['1 client', '1 of 3 clients', '21 clients', '1 of 1 client'])
    expect(text).not.toMatch(wrong);
});
