import { describe, expect, test } from 'vitest';
import { planCampaign } from '../../orchestrator/campaigns/create.ts';
import { draftCampaign } from '../../orchestrator/campaigns/plan.ts';
import { planBinds } from '../../orchestrator/campaigns/plan-binds.ts';
import { planLines } from '../../orchestrator/cli/render/plan.ts';
import { plainView } from '../../orchestrator/cli/render/view.ts';
import { bindsOfPlan } from '../../orchestrator/forecast/binds-of-plan.ts';
import { modelRelease } from '../../orchestrator/simulation/model-release.ts';
import { contextOver, standingClock } from '../fixtures/context.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import type { Store } from '../../shared/store/store.ts';
import type { AuditEntry } from '../../shared/store/types.ts';
import { mondayAtFive, scenarioOf } from './given.ts';

const nightly = `
campaign: planned
release: sms-1.2-sp4
waves: [{ name: all, rest: true, gate: { failures: 100 % } }]
window: { days: [sat], between: "20:00-06:00" }
budgets: { active: 50, perLogonServer: 50 }
`;
/** Without an end by the clock. */
const size = { clients: 12_000, withinMs: Infinity };
const audit: AuditEntry = {
  at: 0,
  campaign: '',
  client: null,
  who: 'test',
  from: '',
  to: '',
  because: '',
  evidence: null,
};
const clients = scenarioOf(nightly, { clients: 24 }).clients;

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}

/** Every client was looked at by a survey, and was free. */
async function lookAtAll(store: Store): Promise<void> {
  const survey = {
    survey: 'look-1',
    by: 'ann',
    at: mondayAtFive,
    what: 'the fleet',
    product: 'sms-1.2',
    release: null,
    until: mondayAtFive + 3_600_000,
    keepsEvidence: false,
  };
  const targets = clients.map(({ client }) => ({ name: client, adHoc: null }));
  await store.createSurvey(survey, each(targets), () => audit);
  for (const key of await store.askLooks('look-1', clients.length)) {
    const found = { verdict: { kind: 'free' }, remarks: [], campaign: null, evidence: null } as const;
    const look = { at: mondayAtFive, survey: 'look-1', product: 'sms-1.2', release: null, ...found };
    await store.putLook(key, look, null);
  }
}

describe('what will hold a planned campaign up', () => {
  test('is said by the last looks at its clients, and is left out without a look', async () => {
    const store = createMemoryStore(() => mondayAtFive);
    await store.importFleet(clients);
    await store.stageRelease(modelRelease('sms-1.2-sp4').release, null, audit);
    const context = contextOver(store, standingClock(mondayAtFive), keepingDispatcher([]));
    const input = { file: 'c.yaml', text: nightly };
    expect(unwrapped(await planCampaign(context, input))).not.toHaveProperty('binds');

    await lookAtAll(store);

    const plan = unwrapped(await planCampaign(context, input));
    expect(plan).toHaveProperty('binds');
    const draft = unwrapped(await draftCampaign(context, input));
    const binds = await planBinds(store, draft, mondayAtFive, size);
    if (binds === null) throw new Error('its clients were looked at');
    expect(binds).toMatchObject({
      says: expect.stringMatching(/^the window: .* earlier without it$/),
      because: null,
      assumed: expect.stringMatching(/^24 clients of the fleet, each as its last look found it/),
    });
    expect(binds.limits.every(({ endMs }) => (endMs ?? 0) >= 0)).toBe(true);
    const wide = { ...plainView, width: 200 };
    expect(planLines(wide, { ...plan, binds })).toContain(`will bind: ${binds.says}`);
  });

  test('names the soak before its gate', async () => {
    const text = `
campaign: planned
release: sms-1.2-sp4
waves:
  - { name: canary, count: 5, gate: { settled: 40 %, failures: 100 %, minSample: 1, soak: 9d } }
  - { name: rest, rest: true, gate: { failures: 100 % } }
`;
    const { limits } = await bindsOfPlan(scenarioOf(text, { clients: 20 }), size, () => 0);
    expect(limits[0]?.says).toMatch(/^the soak of gates: \d+ days.* earlier without it$/);
  });

  test('is left out, with the reason, where a person would wait for long', async () => {
    const small = scenarioOf(nightly, { clients: 24 });
    expect(await bindsOfPlan(small, { ...size, withinMs: -1 }, () => 0)).toMatchObject({
      says: null,
      because: 'it takes too long on this machine',
    });
    const named = nightly.replace('waves: [', 'waves: [{ name: first, clients: [pc-1] }, ');
    const large = scenarioOf(named, { clients: 60 });
    const { because } = await bindsOfPlan(large, { ...size, clients: 60 }, () => 0);
    expect(because).toMatch(/^60 clients take too long: wave first names its clients/);
  });
});
