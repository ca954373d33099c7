import { describe, expect, test } from 'vitest';
import { runCampaigns } from '../../orchestrator/rounds/run-campaigns.ts';
import { runSurveys } from '../../orchestrator/rounds/run-surveys.ts';
import { watchHealth } from '../../orchestrator/rounds/watch-health.ts';
import type { Health } from '../../shared/domain/observation/health.ts';
import type { LastLook } from '../../shared/domain/survey/last-look.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import type { Store } from '../../shared/store/store.ts';
import { contextOver, standingClock } from '../fixtures/context.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import { now, type SmallOrchestrator, startRunning } from '../fixtures/small-orchestrator.ts';
import { storesAndShards } from '../fixtures/stores.ts';
import { recount } from '../twin/recount.ts';
import { bring, firstWave, kim } from './admitted-clients.ts';

const yaml = [
  'campaign: sp4',
  'release: sms-sp4',
  'waves:',
  '  - { name: canary, count: 3, gate: { minSample: 2, failures: 40 % } }',
  '  - { name: rest, rest: true, health: { watch: 24h, failures: 40 % } }',
  '',
].join('\n');

const hour = 3_600_000;
const day = 24 * hour;

const upgraded = (upgrade: Upgrade): Upgrade => ({
  ...upgrade,
  state: { phase: 'settled', at: now, end: 'upgraded', cause: 'proved', because: 'proved', blockers: [] },
});

/** The rounds of the leader at one moment of policy time. */
async function rounds({ store, jobs }: SmallOrchestrator, at: number): Promise<void> {
  const context = contextOver(store, standingClock(at), keepingDispatcher([...jobs]));
  const health = watchHealth();
  const surveys = runSurveys();
  for (let turn = 0; turn < 3; turn += 1) {
    await runCampaigns(health).run(context);
    await health.run(context);
    await surveys.run(context);
  }
}

/** Answers looks of the open survey as a worker does; null = a worker of an older version. */
async function answer(
  store: Store,
  at: number,
  found: Readonly<Record<string, Health | null>>,
): Promise<string> {
  const [survey = ''] = await store.openSurveys();
  for (const key of await store.askedLooks(survey)) {
    const health = found[key.name];
    if (health === undefined) continue;
    const look: LastLook = {
      at,
      survey,
      product: 'sms-1.2',
      release: 'sms-sp4',
      verdict: { kind: 'free' },
      remarks: [],
      campaign: null,
      evidence: null,
      ...(health === null ? {} : { health }),
    };
    expect(await store.putLook(key, look, null)).toBe(true);
  }
  return survey;
}

const good: Health = { kind: 'healthy' };
const bad: Health = { kind: 'unhealthy', because: 'appctl32.exe is missing' };

describe.each(storesAndShards)('the health of upgraded clients, on the %s store', (_name, open) => {
  const begun = async (): Promise<{ orchestrator: SmallOrchestrator; names: readonly string[] }> => {
    const orchestrator = await startRunning(await open(), yaml);
    const names = await firstWave(orchestrator, 3);
    for (const name of names) await bring(orchestrator.store, name, upgraded, { index: 'settled' });
    await rounds(orchestrator, now);
    return { orchestrator, names };
  };
  const statusOf = async (orchestrator: SmallOrchestrator) =>
    (await orchestrator.ask('GET', '/v1/campaigns/sp4')).body;

  test('is looked at after the watch, kept in each record, and opens the next wave', async () => {
    const { orchestrator, names } = await begun();
    await using _ = orchestrator;
    const { store } = orchestrator;
    await rounds(orchestrator, now + day - 1);
    expect(await store.openSurveys()).toEqual([]);
    await rounds(orchestrator, now + day);
    const [a = '', b = '', c = ''] = names;
    const survey = await answer(store, now + day, { [a]: good, [b]: good, [c]: bad });
    expect((await store.readSurvey(survey))?.survey).toMatchObject({ total: 3, asksHealth: true });
    await rounds(orchestrator, now + day + hour);
    const status = await statusOf(orchestrator);
    expect(status).toMatchObject({
      health: { healthy: 2, unhealthy: 1, notKnown: 0 },
      states: { upgraded: 3, failed: 0 },
      waves: [
        {
          gate: 'passed, 2 of 3 upgraded clients still healthy: 3 upgraded; 1 of the upgraded is unhealthy',
          isOpen: true,
        },
        { isOpen: true },
      ],
    });
    expect(await store.readUpgrade({ campaign: 'sp4', client: c })).toMatchObject({
      index: 'settled',
      upgrade: {
        state: { end: 'upgraded' },
        memory: { learned: { health: { ...bad, at: now + day } } },
      },
    });
    expect(await store.counters('sp4')).toEqual(await recount(store, 'sp4'));
    const report = (await orchestrator.ask('GET', '/v1/campaigns/sp4/report')).body;
    const ofC = report.clients.find(({ client }: { client: string }) => client === c);
    expect(ofC).toMatchObject({
      end: 'upgraded',
      health: { kind: 'unhealthy', because: 'appctl32.exe is missing' },
      reason: expect.stringContaining('unhealthy: appctl32.exe is missing'),
    });
    const audit = (await store.audit(200)).map(({ client, because }) => `${client}: ${because}`);
    expect(audit).toContain(`${c}: looked at again (survey ${survey}): unhealthy: appctl32.exe is missing`);
    expect(audit).toContain('null: wave canary: 2 healthy, 1 unhealthy, 0 of unknown health');
  });

  test('is not known where a look gave no answer: the gate stays closed, and looks again', async () => {
    const { orchestrator, names } = await begun();
    await using _ = orchestrator;
    const { store } = orchestrator;
    await rounds(orchestrator, now + day);
    const [a = '', b = '', c = ''] = names;
    const survey = await answer(store, now + day, { [a]: good, [b]: null });
    const end = { how: 'cancelled', by: 'kim', at: now + day } as const;
    const entry = (await store.audit(1))[0];
    if (entry === undefined) throw new Error('no audit');
    await store.endSurvey(survey, end, entry);
    await rounds(orchestrator, now + day + 1);
    const status = await statusOf(orchestrator);
    expect(status).toMatchObject({
      health: { healthy: 1, unhealthy: 0, notKnown: 2 },
      waves: [
        { gate: expect.stringContaining('health of 1 of 3 upgraded clients is known, 2 are needed') },
        {},
      ],
    });
    expect(status.waves[1].isOpen).toBe(false);
    expect(status.actions).toContain(
      'servpack campaign resume sp4   # you accept 2 clients of unknown health',
    );
    await rounds(orchestrator, now + day + hour + 1);
    await answer(store, now + day + hour + 1, { [b]: good, [c]: good });
    await rounds(orchestrator, now + day + hour + 2);
    expect(await statusOf(orchestrator)).toMatchObject({
      health: { healthy: 3, unhealthy: 0, notKnown: 0 },
      waves: [{}, { isOpen: true }],
    });
    expect(await store.counters('sp4')).toEqual(await recount(store, 'sp4'));
  });

  test('opens the next wave for a person who accepts that the health is not known', async () => {
    const { orchestrator, names } = await begun();
    await using _ = orchestrator;
    const { store } = orchestrator;
    await rounds(orchestrator, now + day);
    await answer(store, now + day, Object.fromEntries(names.map((name) => [name, null])));
    await rounds(orchestrator, now + day + 1);
    expect((await statusOf(orchestrator)).waves[1].isOpen).toBe(false);
    const resumed = await orchestrator.ask('POST', '/v1/campaigns/sp4/resume', { reason: 'all away' }, kim);
    expect(resumed.body).toMatchObject({
      status: 'running',
      because: 'resumed in spite of 3 clients of unknown health: all away',
    });
    await rounds(orchestrator, now + day + 2);
    expect(await statusOf(orchestrator)).toMatchObject({
      waves: [{ gate: expect.stringContaining('in spite of 3 clients of unknown health') }, { isOpen: true }],
    });
    const again = await orchestrator.ask('POST', '/v1/campaigns/sp4/resume', {}, kim);
    expect([again.status, again.body.error.message]).toEqual([
      409,
      'campaign sp4 is not paused: it is running',
    ]);
  });

  test('costs no command while there is nothing to do', async () => {
    const { orchestrator } = await begun();
    await using _ = orchestrator;
    const { store } = orchestrator;
    const context = contextOver(store, standingClock(now + hour), keepingDispatcher([]));
    const health = watchHealth();
    await runCampaigns(health).run(context);
    await health.run(context);
    let calls = 0;
    const counting = new Proxy(store, {
      get: (real, name) => {
        calls += 1;
        return Reflect.get(real, name) as unknown;
      },
    });
    await health.run({ ...context, store: counting });
    expect(calls).toBe(0);
  });

  test('is collected once, also when the leader dies in the middle of it', async () => {
    const { orchestrator, names } = await begun();
    await using _ = orchestrator;
    const { store } = orchestrator;
    await rounds(orchestrator, now + day);
    await answer(store, now + day, Object.fromEntries(names.map((name) => [name, good])));
    const context = contextOver(store, standingClock(now + day + 1), keepingDispatcher([]));
    await runSurveys().run(context);
    let left = 1;
    const dying = new Proxy(store, {
      get: (real, name) => {
        if (name === 'commitIdle' && (left -= 1) < 0)
          return async () => {
            throw new Error('killed');
          };
        const value: unknown = Reflect.get(real, name);
        return typeof value === 'function' ? value.bind(real) : value;
      },
    });
    const health = watchHealth();
    await runCampaigns(health).run(context);
    await health.run({ ...context, store: dying });
    expect((await statusOf(orchestrator)).health).toEqual({ healthy: 1, unhealthy: 0, notKnown: 0 });
    await rounds(orchestrator, now + day + 2);
    expect(await statusOf(orchestrator)).toMatchObject({
      health: { healthy: 3, unhealthy: 0, notKnown: 0 },
      waves: [{}, { isOpen: true }],
      failures: [],
    });
    const audit = (await store.audit(300)).filter(({ because }) => because.startsWith('looked at again'));
    expect(audit.map(({ client }) => client ?? '').toSorted()).toEqual([...names].toSorted());
    expect(await store.counters('sp4')).toEqual(await recount(store, 'sp4'));
  });

  test('pauses the campaign where too many are unhealthy, and the list of clients finds them', async () => {
    const { orchestrator, names } = await begun();
    await using _ = orchestrator;
    const { store } = orchestrator;
    await rounds(orchestrator, now + day);
    await answer(store, now + day, Object.fromEntries(names.map((name) => [name, bad])));
    await rounds(orchestrator, now + day + 1);
    expect(await statusOf(orchestrator)).toMatchObject({
      status: 'paused',
      paused: {
        byGate: true,
        because: 'wave canary: 0 failures and 3 unhealthy in 3 clients that were tried, limit 40 %',
      },
    });
    const { body } = await orchestrator.ask('GET', '/v1/campaigns/sp4/clients?cause=unhealthy');
    expect(body).toMatchObject({ total: 3, items: names.map((client) => ({ client })) });
  });
});
