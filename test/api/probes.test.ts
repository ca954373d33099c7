import { expect, test } from 'vitest';
import type { OrchestratorContext } from '../../orchestrator/context.ts';
import { StoreUnavailable, StoreUnwritable } from '../../shared/store/errors.ts';
import { startSmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import type { Store } from '../../shared/store/store.ts';

const open = { authorization: '' };

/** The answers of both probes of an orchestrator over this store. */
async function probes(changed: Partial<Store> = {}, more: Partial<OrchestratorContext> = {}) {
  const store = { ...createMemoryStore(Date.now), ...changed };
  await using orchestrator = await startSmallOrchestrator(store, { context: more });
  const lives = await orchestrator.ask('GET', '/healthz', undefined, open);
  const ready = await orchestrator.ask('GET', '/readyz', undefined, open);
  return { lives, ready };
}

test('an orchestrator that leads, and one that stands by, are ready', async () => {
  expect(await probes({}, { leads: () => true })).toEqual({
    lives: { status: 200, body: { lives: true } },
    ready: { status: 200, body: { ready: true, role: 'leading' } },
  });
  expect((await probes()).ready.body).toEqual({ ready: true, role: 'standby' });
});

test.each<[what: string, changed: Partial<Store>, more: Partial<OrchestratorContext>]>([
  ['Redis is away', { checkRecords: () => Promise.reject(new StoreUnavailable('10.0.0.7 is away')) }, {}],
  [
    'Redis takes no change',
    { checkWritable: () => Promise.reject(new StoreUnwritable('10.0.0.7 is full')) },
    {},
  ],
  ['the audit cannot be written', {}, { auditTrouble: () => 'ENOSPC: /srv/audit' }],
])('while %s the orchestrator lives, is not ready, and does not say why', async (_what, changed, more) => {
  const { lives, ready } = await probes(changed, more);
  expect(lives.status).toBe(200);
  expect([ready.status, ready.body.code]).toEqual([503, 'store.notReady']);
  expect(JSON.stringify(ready.body)).not.toMatch(/10\.0\.0\.7|ENOSPC|srv/);
});
