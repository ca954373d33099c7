import { expect, it } from 'vitest';
import { rebuild } from '../../orchestrator/audit/rebuild/rebuild.ts';
import { requestAudit } from '../../orchestrator/requests/commit-request.ts';
import { systemClock } from '../../shared/clock.ts';
import { type CommandRequest, requestKey } from '../../shared/domain/campaign/command-request.ts';
import type { Store } from '../../shared/store/store.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { sealingFixture } from './sealing-fixture.ts';

const at = Date.UTC(2026, 10, 17, 9);
const abort: CommandRequest = {
  command: 'abort',
  subject: 'sp4',
  number: 3,
  by: 'anna (token a)',
  reason: 'wrong release',
  at,
  until: at + 3_600_000,
  text: ['12 clients cancelled'],
  state: { is: 'asked' },
};
const withdraw: CommandRequest = { ...abort, command: 'withdraw', subject: 'sms-sp4' };
const undo: CommandRequest = { ...abort, command: 'undo', client: 'pc-7' };

const approved = { is: 'approved', by: 'bert (token b)', at } as const;

/** Writes a state of a request, and seals the audit. */
async function write(store: Store, seal: () => Promise<unknown>, next: CommandRequest): Promise<void> {
  const found = await store.readRequest(requestKey(next));
  const audit = requestAudit(found?.request ?? null, next, { at, who: next.by, because: 'as asked' });
  expect(await store.commitRequest(requestKey(next), next, found?.version ?? 0, audit)).toBe(true);
  await seal();
}

it('requests that are open come back as they were, and those that were closed do not', async () => {
  const [before, after] = [createMemoryStore(Date.now), createMemoryStore(Date.now)];
  using sealing = sealingFixture({ store: before, shards: 1 });
  const states: readonly CommandRequest[] = [
    abort,
    withdraw,
    undo,
    { ...withdraw, state: approved },
    { ...undo, number: 7 },
    { ...undo, number: 7, state: { is: 'rejected', at, because: 'rejected by bert (token b): no' } },
  ];
  for (const state of states) await write(before, () => sealing.sealer.round(), state);
  expect(unwrapped(await rebuild(after, systemClock, sealing.files())).requests).toBe(2);
  const expected = [{ ...withdraw, state: approved }, abort];
  expect((await after.requests()).map(({ request }) => request)).toEqual(expected);
  // The request with the highest number is closed, and not put back.
  expect(await after.takeRequestNumber(0)).toBe(8);

  // What the rebuild wrote is in the audit, too.
  using next = sealingFixture({ store: after, folder: sealing.folder, shards: 1 });
  await next.sealer.round();
  const again = createMemoryStore(Date.now);
  unwrapped(await rebuild(again, systemClock, next.files()));
  expect((await again.requests()).map(({ request }) => request)).toEqual(expected);
});
