import { describe, expect, test } from 'vitest';
import { openApiClient } from '../../orchestrator/cli/client/api-client.ts';
import { confirmDelete } from '../../orchestrator/cli/commands/campaign-remove.ts';
import { personTyping } from '../fixtures/person.ts';
import {
  campaignYaml,
  fleetCsv,
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';
import { stores } from '../fixtures/stores.ts';
import { StoreUnavailable } from '../../shared/store/errors.ts';
import type { Store } from '../../shared/store/store.ts';
import { anna } from './admitted-clients.ts';

/** A campaign of ten clients, created and not started. */
async function created(store: Store, more = ''): Promise<SmallOrchestrator> {
  const orchestrator = await startSmallOrchestrator(store);
  await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleetCsv });
  await orchestrator.ask('POST', '/v1/releases', { path: writeRelease(orchestrator) });
  expect((await create(orchestrator, more)).status).toBe(200);
  return orchestrator;
}

const create = (orchestrator: SmallOrchestrator, more = '') =>
  orchestrator.ask('POST', '/v1/campaigns', { file: 'c.yaml', text: campaignYaml('sp4', more) });
const ask = (orchestrator: SmallOrchestrator, what: string, body?: object) =>
  orchestrator.ask('POST', `/v1/campaigns/sp4/${what}`, body, anna);

/** The same store, whose removal breaks off once after it has begun. */
function breakingOff(store: Store): Store {
  let isBroken = false;
  return {
    ...store,
    removeCampaign: async (...asked) => {
      if (isBroken) return store.removeCampaign(...asked);
      isBroken = true;
      throw new StoreUnavailable('Redis at test does not answer');
    },
  };
}

describe.each(stores)('a campaign that never ran, on the %s store', (_name, open) => {
  test.each([
    ['created', ''],
    ['scheduled', 'startAt: 2026-11-17 20:00 UTC\n'],
  ])('is deleted while it is %s, and its name is free', async (status, more) => {
    await using orchestrator = await created(await open(), more);
    if (status === 'scheduled') await ask(orchestrator, 'start');
    expect((await ask(orchestrator, 'delete', { reason: 'wrong file' })).body).toEqual({
      campaign: 'sp4',
      clients: 10,
      file: null,
    });
    expect((await orchestrator.ask('GET', '/v1/campaigns/sp4')).status).toBe(404);
    expect((await orchestrator.ask('GET', '/v1/campaigns')).body.campaigns).toEqual([]);
    expect((await ask(orchestrator, 'delete')).status).toBe(404);
    expect((await create(orchestrator)).status).toBe(200);
    expect((await ask(orchestrator, 'start')).body.status).toBe('running');
    // The audit tells the two campaigns apart.
    const entries = await orchestrator.store.audit(9, { campaign: 'sp4' });
    expect(
      entries
        .map(({ to }) => to)
        .toReversed()
        .slice(-5),
    ).toEqual([
      ...(status === 'scheduled' ? ['scheduled'] : ['created']),
      'removing',
      'deleted',
      'created',
      'running',
    ]);
    expect(entries.find(({ to }) => to === 'deleted')).toMatchObject({
      who: 'token default (says anna)',
      because: expect.stringMatching(/^deleted: 10 clients, campaign file with SHA-256 \w{64}: wrong file$/),
    });
  });

  test('is not deleted once it has run, and the refusal says what is possible', async () => {
    await using orchestrator = await created(await open());
    await ask(orchestrator, 'start');
    const refusal = async () => (await ask(orchestrator, 'delete')).body.error.message;
    expect(await refusal()).toBe(
      'campaign sp4 has run and is running: what it did is not deleted; it can be archived when it is over',
    );
    await ask(orchestrator, 'abort', { reason: 'wrong release' });
    expect(await refusal()).toContain('what it did is not deleted');
    expect((await orchestrator.ask('GET', '/v1/campaigns/sp4')).body.status).toBe('aborted');
  });

  test('is still there when its deletion breaks off, takes no other command, and goes when asked again', async () => {
    await using orchestrator = await created(breakingOff(await open()));
    expect((await ask(orchestrator, 'delete')).status).toBe(503);
    const { body } = await orchestrator.ask('GET', '/v1/campaigns/sp4');
    expect(body).toMatchObject({
      status: 'created',
      removal: { kind: 'delete', by: 'token default (says anna)' },
      actions: ['servpack campaign delete sp4   # ends what broke off'],
    });
    expect((await ask(orchestrator, 'start')).body.error.message).toContain(
      'is being deleted by token default (says anna); end that first: servpack campaign delete sp4',
    );
    expect((await create(orchestrator)).status).toBe(409);
    expect((await ask(orchestrator, 'delete')).status).toBe(200);
    expect((await create(orchestrator)).status).toBe(200);
  });
});

test('a deletion asks for the name, and changes nothing after another answer', async () => {
  await using orchestrator = await created(
    (await import('../twin/memory-store.ts')).createMemoryStore(Date.now),
  );
  const api = openApiClient({ url: orchestrator.url, token: orchestrator.token, user: 'anna' });
  const { terminal, shown } = personTyping('no\n');
  expect(await confirmDelete(api, 'sp4', terminal)).toMatchObject({
    ok: false,
    error: { code: 'confirm.no' },
  });
  expect(shown()).toContain(
    'Campaign sp4, release sms-sp4, created, not started: 10 clients, nothing was done',
  );
  expect((await confirmDelete(api, 'sp4', personTyping('sp4\n').terminal)).ok).toBe(true);
  await ask(orchestrator, 'start');
  // The answer of the deletion says why it is refused.
  expect(await confirmDelete(api, 'sp4', personTyping('').terminal)).toEqual({ ok: true, value: undefined });
});
