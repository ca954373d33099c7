import { describe, expect, test } from 'vitest';
import type { SmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { startRunning } from '../fixtures/small-orchestrator.ts';
import { storesAndShards } from '../fixtures/stores.ts';
import { anna, bring, changes, firstWave, rest, wide } from './admitted-clients.ts';

const reason = 'the server is back';

describe.each(storesAndShards)('many clients at once, on the %s store', (_name, open) => {
  async function started() {
    const orchestrator = await startRunning(await open(), wide);
    const [a = '', b = '', c = ''] = await firstWave(orchestrator, 3);
    await bring(orchestrator.store, a, changes.failed, { index: 'settled' });
    await bring(orchestrator.store, b, changes.failed, { index: 'settled' });
    await bring(orchestrator.store, c, changes.deferred, rest);
    return { orchestrator, a, b, c };
  }
  const ask = async (orchestrator: SmallOrchestrator, what: string, body: object) =>
    (await orchestrator.ask('POST', `/v1/campaigns/sp4/${what}`, { reason, ...body }, anna)).body;
  const count = async (orchestrator: SmallOrchestrator, state: string): Promise<number> =>
    (await orchestrator.ask('GET', `/v1/campaigns/sp4/clients?state=${state}`)).body.total;

  test('are counted first, and then retried: just as many', async () => {
    const { orchestrator, a, c } = await started();
    await using _orchestrator = orchestrator;
    const filter = { state: 'unfinished' };
    expect(await ask(orchestrator, 'retry', { filter, dryRun: true })).toMatchObject({
      reopened: 0,
      passedOver: 1,
    });
    const notOk = { filter: { state: 'notOk' } };
    expect(await ask(orchestrator, 'retry', { ...notOk, dryRun: true })).toMatchObject({
      reopened: 2,
      passedOver: 0,
    });
    expect(await count(orchestrator, 'notOk')).toBe(2);
    // One failed, one is at work, and on one nothing was begun.
    const clients = [a, c, 'pc-8', a];
    const expected = { reopened: 1, passedOver: 2 };
    expect(await ask(orchestrator, 'retry', { clients, dryRun: true })).toMatchObject(expected);
    expect(await ask(orchestrator, 'retry', { clients })).toMatchObject(expected);
    expect(await ask(orchestrator, 'retry', notOk)).toMatchObject({ reopened: 1, passedOver: 0 });
    expect(await count(orchestrator, 'notOk')).toBe(0);
  });

  test('are counted first, and then skipped: just as many', async () => {
    const { orchestrator, a, c } = await started();
    await using _orchestrator = orchestrator;
    const filter = { filter: { state: 'waiting', wave: 'REST' } };
    const expected = { skipped: 5, passedOver: 0 };
    expect(await ask(orchestrator, 'skip', { ...filter, dryRun: true })).toMatchObject(expected);
    expect(await count(orchestrator, 'skipped')).toBe(0);
    expect(await ask(orchestrator, 'skip', filter)).toMatchObject(expected);
    expect(await count(orchestrator, 'skipped')).toBe(5);
    const clients = [a, c, 'pc-none'];
    expect(await ask(orchestrator, 'skip', { clients, dryRun: true })).toMatchObject({
      skipped: 1,
      passedOver: 2,
    });
    expect(await ask(orchestrator, 'skip', { clients })).toMatchObject({ skipped: 1, passedOver: 2 });
  });

  test('are refused without exactly one way to choose them, and for an unknown wave', async () => {
    const { orchestrator } = await started();
    await using _orchestrator = orchestrator;
    for (const body of [{}, { which: 'failed', clients: ['pc-1'] }, { clients: ['pc-1'], filter: {} }]) {
      const refused = await orchestrator.ask('POST', '/v1/campaigns/sp4/retry', { reason, ...body });
      expect(refused.status).toBe(400);
      expect(JSON.stringify(refused.body)).toContain('needs exactly one of which, clients and filter');
    }
    const unknown = { reason, filter: { wave: 'none' } };
    expect((await orchestrator.ask('POST', '/v1/campaigns/sp4/skip', unknown)).status).toBe(404);
  });
});
