import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Change, Gateway, GatewayResult } from '../../shared/execution/gateway.ts';
import { faultKinds } from '../lab/fleet/faults.ts';
import type { Trait } from '../../orchestrator/simulation/machines/traits.ts';
import { type OneClient, oneClient, type OneClientOptions } from '../fixtures/one-client.ts';

/**
 * A service that is relocated by deleting and installing it. At the end the service is complete, in
 * its new directory or in its old one, whatever happens in between.
 */

const atOnce = { structural: 'atOnce' } as const;
const name = 'SMS_PACKAGE_COMMAND_MANAGER_NT';
const moved = 'C:\\SMS_PCM\\pcmsvc32.exe';

type Wrap = (gateway: Gateway) => Gateway;
const asItIs: Wrap = (gateway) => gateway;

const anew = (trait: Trait, wrap = asItIs, options: OneClientOptions = {}): Promise<OneClient> =>
  oneClient(trait, atOnce, wrap, { moveBy: 'reinstall', ...options });

/** Every service of the client is as it was at first, except for the directory of the moved one. */
async function expectWhole({ fleet, client }: OneClient, end: 'moved' | 'asBefore'): Promise<void> {
  const truth = await fleet.clientTruth(client);
  const [is, was] = [truth?.services ?? [], truth?.servicesAtFirst ?? []].map((services) =>
    services.toSorted((a, b) => a.name.localeCompare(b.name)),
  );
  const must = was?.map((service) =>
    end === 'moved' && service.name === name ? { ...service, imagePath: moved, runsFrom: moved } : service,
  );
  expect(is).toEqual(must);
  expect(must?.find((service) => service.name === name)?.kept).toHaveProperty('failureactions');
  expect(truth).toMatchObject({ intent: null, violations: [] });
}

const callsOn = async ({ fleet, client }: OneClient): Promise<readonly string[]> =>
  (await fleet.clientTruth(client))?.journal.map(({ op }) => op) ?? [];

/** Changes the nth call of one kind; all other calls go through. */
const at =
  (
    op: keyof Gateway,
    nth: number,
    make: (
      call: () => Promise<GatewayResult<unknown>>,
      change: Change,
      gateway: Gateway,
    ) => Promise<GatewayResult<unknown>>,
  ): Wrap =>
  (inner) => {
    let calls = 0;
    return new Proxy(inner, {
      get: (target, asked: keyof Gateway) => {
        if (asked !== op) return target[asked].bind(target);
        return (change: Change, ...rest: unknown[]) => {
          calls += 1;
          const call = () =>
            (target[asked] as (...args: unknown[]) => Promise<GatewayResult<unknown>>)(change, ...rest);
          return calls === nth ? make(call, change, target) : call();
        };
      },
    });
  };

test.each<Trait>(['pcmInBin', 'pcmNeeded'])(
  '%s: it runs from its new place as it did before',
  async (trait) => {
    await using one = await anew(trait);
    expect((await one.settle()).upgrade.state).toMatchObject({ end: 'upgraded' });
    await expectWhole(one, 'moved');
    const calls = await callsOn(one);
    expect(calls.filter((op) => op.endsWith('nstallService'))).toEqual([
      'uninstallService',
      'installService',
    ]);
    expect(calls).not.toContain('configureService');
  },
);

test('a service that does not start in the new directory is installed in its old one again', async () => {
  await using one = await anew('staysHome');
  const { state } = (await one.settle()).upgrade;
  expect(state).toMatchObject({ end: 'needsAttention', cause: 'relocation failed at start' });
  await expectWhole(one, 'asBefore');
  expect(await callsOn(one)).not.toContain('configureService');
});

test('a service whose account needs a password is refused before anything is changed', async () => {
  const withPassword: Wrap = (inner) =>
    new Proxy(inner, {
      get: (target, asked: keyof Gateway) =>
        asked === 'readService'
          ? async (...given: Parameters<Gateway['readService']>) => {
              const read = await target.readService(...given);
              return read.ok && read.value !== null
                ? { ...read, value: { ...read.value, account: 'CORP\\SMSService' } }
                : read;
            }
          : target[asked].bind(target),
    });
  await using one = await anew('pcmInBin', withPassword);
  const { state } = (await one.settle()).upgrade;
  expect(state).toMatchObject({ end: 'needsAttention', cause: 'relocation failed at record' });
  expect(JSON.stringify(state)).toMatch(/runs as CORP.*SMSService.*password.*moveBy: repoint keeps it/);
  await expectWhole(one, 'asBefore');
  // The client is taken over before the service is read, and no procedure is open on it.
  expect(await callsOn(one)).toEqual(['takeOver', 'writeIntent']);
});

test('a service that stays marked for deletion is reported, and is complete once it has gone', async () => {
  // A user started the service again before it was deleted.
  const startedMeanwhile = at('uninstallService', 1, async (call, change, gateway) => {
    await gateway.startService(change, name);
    return call();
  });
  await using one = await anew('pcmInBin', startedMeanwhile);
  const { state } = (await one.settle()).upgrade;
  expect(state).toMatchObject({ end: 'needsAttention', cause: 'relocation failed at repoint' });
  expect(JSON.stringify(state)).toContain('1072');
  await expectWhole(one, 'asBefore');
});

/** The calls of the way to the new directory, and of the way back. */
const places = [
  ['uninstallService', 'pcmInBin', 1, 'moved'],
  ['installService', 'pcmInBin', 1, 'moved'],
  ['uninstallService', 'staysHome', 2, 'asBefore'],
  ['installService', 'staysHome', 2, 'asBefore'],
] as const;

describe('a service that is installed again', () => {
  const cases = places.flatMap((place) =>
    (['before', 'after'] as const).map((when) => [when, ...place] as const),
  );

  test.each(cases)('whose worker is lost %s %s (%s, %i) is %s', async (when, op, trait, nth, end) => {
    const stopping = new AbortController();
    const lost = at(op, nth, async (call) => {
      if (when === 'after') await call();
      stopping.abort();
      return { ok: false, error: { kind: 'cutOff', message: 'gone' } };
    });
    await using one = await anew(trait, lost);
    while (!stopping.signal.aborted) expect(await one.step({ stop: stopping.signal })).toBeDefined();
    await one.settle();
    await expectWhole(one, end);
  });

  test.each(cases)('whose client restarts %s %s (%s, %i) is %s', async (when, op, trait, nth, end) => {
    const restarts = at(op, nth, async (call, change, gateway) => {
      if (when === 'after') await call();
      await gateway.restart(change);
      const request = { componentDirectory: 'C:\\MS\\SMS\\BIN', files: [], services: [] };
      while ((await gateway.look(change.target, request, change.signal)).ok) await pause(5);
      return when === 'after' ? { ok: false, error: { kind: 'cutOff', message: 'it went down' } } : call();
    });
    await using one = await anew(trait, restarts);
    await one.settle();
    const truth = await one.fleet.clientTruth(one.client);
    // The test ordered the restart, not servpack.
    expect(truth?.violations.map(({ kind }) => kind)).toEqual(['restartedAgain']);
    await expectWhole(
      { ...one, fleet: { ...one.fleet, clientTruth: async () => truth && { ...truth, violations: [] } } },
      end,
    );
  });

  describe.concurrent.each(faultKinds)('with the fault %s', (kind) => {
    test.each(places)('of %s (%s, %i) is %s', async (op, trait, nth, end) => {
      const fault = at(op, nth, async (call) => {
        await one.fleet.fault({ op, kind, times: 1 });
        return call();
      });
      await using one = await anew(trait, fault, { callDeadlineMs: 150, slowMs: 200 });
      await one.settle();
      expect((await one.fleet.summary()).faults).toEqual({ [kind]: 1 });
      await expectWhole(one, end);
    });
  });
});
