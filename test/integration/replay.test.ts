import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Gateway, GatewayFailure } from '../../shared/execution/gateway.ts';
import type { Trait } from '../../orchestrator/simulation/machines/traits.ts';
import { type OneClient, oneClient } from '../fixtures/one-client.ts';

/** What happens to the calls of a run, one after the other; later calls succeed. */
type Trouble = GatewayFailure['kind'] | 'ok' | 'answerLost';

/**
 * The call fails, or is done and its answer is lost. Calls that the fence of a newer driver
 * refuses have a test of their own.
 */
const troubled =
  (troubles: readonly Trouble[]) =>
  (inner: Gateway): Gateway => {
    const left = [...troubles];
    return new Proxy(inner, {
      get: (target, name: keyof Gateway) => {
        if (name === 'close') return target.close.bind(target);
        return async (...given: unknown[]) => {
          const trouble = left.shift() ?? 'ok';
          const failed = (kind: GatewayFailure['kind']) => ({ ok: false, error: { kind, message: kind } });
          if (trouble !== 'ok' && trouble !== 'answerLost') return failed(trouble);
          const answer = await (target[name] as (...args: unknown[]) => Promise<unknown>)(...given);
          return trouble === 'ok' ? answer : failed('cutOff');
        };
      },
    });
  };

const trait = fc.constantFrom<Trait>('free', 'pcmInBin', 'userProgram', 'staysHome', 'fileMissing');
const troubles = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<Trouble>('ok') },
    fc.constantFrom<Trouble>('unreachable', 'timedOut', 'cutOff', 'failed', 'garbled', 'answerLost'),
  ),
  { maxLength: 30 },
);

async function settleWithCheckIns(one: OneClient, checkIns: readonly boolean[]): Promise<void> {
  for (const checksIn of checkIns) {
    await one.step();
    if (!checksIn) continue;
    const message = { type: 'CheckedIn', transcript: null } as const;
    const delivered = await one.store.deliver(one.client, message, one.clock.now());
    if (delivered.kind === 'delivered' && delivered.next !== null) one.dispatcher.jobs.push(delivered.next);
  }
  await one.settle();
}

describe('the audit of a run', () => {
  test('follows the record: each entry starts in the state in which the one before ended', async () => {
    await fc.assert(
      fc.asyncProperty(
        trait,
        troubles,
        fc.array(fc.boolean(), { maxLength: 6 }),
        async (name, given, checkIns) => {
          await using one = await oneClient(name, { structural: 'atOnce' }, troubled(given));
          await settleWithCheckIns(one, checkIns);
          const entries = (await one.store.audit(1_000, { client: one.client })).toReversed();
          const record = await one.stored();
          expect(entries.map(({ from }) => from)).toEqual([
            'waiting',
            ...entries.slice(0, -1).map(({ to }) => to),
          ]);
          expect(entries.at(-1)?.to).toBe(record.upgrade.state.phase);
          const times = entries.map(({ at }) => at);
          expect(times).toEqual(times.toSorted((a, b) => a - b));
          expect(entries.filter(({ because, who }) => because === '' || who === '')).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
  });
});
