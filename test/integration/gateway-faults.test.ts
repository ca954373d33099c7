import { describe, expect, test } from 'vitest';
import type { CampaignPolicy } from '../../shared/domain/rules/policy.ts';
import type { Gateway } from '../../shared/execution/gateway.ts';
import { faultKinds } from '../lab/fleet/faults.ts';
import type { Trait } from '../../orchestrator/simulation/machines/traits.ts';
import { oneClient } from '../fixtures/one-client.ts';
import { patient } from '../fixtures/running-campaign.ts';

/**
 * A fault of one call does not change how a client ends. After a command of unknown outcome the
 * driver looks first: the lab records every change that is sent again without a look in between.
 */
type Op = Exclude<keyof Gateway, 'close' | 'runUpdate'>;

const noon = Date.UTC(2026, 10, 17, 12);
const moved = { end: 'upgraded', trait: 'pcmInBin' } as const;
const undone = { end: 'needsAttention', trait: 'staysHome' } as const;

const needed = { end: 'upgraded', trait: 'pcmNeeded' } as const;

/** The calls that fail, one for each campaign; the nth is one on the way back. */
const spoiled: readonly (readonly [Op, { readonly end: string; readonly trait: Trait }, number])[] = [
  ['look', moved, 1],
  ['readService', moved, 2],
  ['hashFile', moved, 2],
  ['takeOver', moved, 1],
  ['readIntent', moved, 3],
  ['mark', moved, 1],
  ['restart', moved, 1],
  ['notify', moved, 1],
  ['writeIntent', moved, 1],
  ['writeIntent', moved, 4],
  ['writeIntent', moved, 8],
  ['stopService', moved, 1],
  ['copyFile', moved, 1],
  ['protectDirectory', moved, 1],
  ['configureService', moved, 1],
  ['startService', moved, 1],
  ['stopService', needed, 1],
  ['startService', needed, 2],
  ['configureService', undone, 2],
  ['startService', undone, 2],
  ['removeFile', undone, 1],
];

const atOnce: Partial<CampaignPolicy> = { structural: 'atOnce' };

describe.concurrent.each(faultKinds)('the fault %s', (kind) => {
  test.each(spoiled)('of the call %s changes no end: %o, call %i', async (op, { end, trait }, nth) => {
    let calls = 0;
    // The fault is ordered just before its call.
    const spoil = (inner: Gateway): Gateway =>
      new Proxy(inner, {
        get: (target, name: keyof Gateway) => {
          if (name !== op) return target[name].bind(target);
          return async (...given: unknown[]) => {
            calls += 1;
            if (calls === nth) await one.fleet.fault({ op, kind, times: 1 });
            return (target[name] as (...args: unknown[]) => Promise<unknown>)(...given);
          };
        },
      });
    await using one = await oneClient(trait, atOnce, spoil, { callDeadlineMs: 150, slowMs: 200 });
    // A user is logged on, so there is a user to notify.
    one.clock.forward(noon);
    const { upgrade } = await one.settle();

    expect((await one.fleet.summary()).faults).toEqual({ [kind]: 1 });
    expect(upgrade.state).toMatchObject({ end });
    const truth = await one.fleet.clientTruth(one.client);
    expect(truth).toMatchObject({ violations: [], intent: null });
    expect(truth?.restarts.length).toBeLessThanOrEqual(1);
    const services = truth?.servicesAtFirst.map((service) =>
      end === 'upgraded' && service.name.startsWith('SMS')
        ? {
            ...service,
            imagePath: upgrade.memory.learned.servicePath,
            runsFrom: upgrade.memory.learned.servicePath,
          }
        : service,
    );
    expect(truth?.services).toEqual(services);
  });
});

test.concurrent.each<[Trait, string]>([
  ['free', 'upgraded'],
  ['pcmInBin', 'upgraded'],
  ['pcmBusy', 'upgraded'],
  ['userProgram', 'upgraded'],
  ['staysHome', 'needsAttention'],
  ['fileMissing', 'failed'],
])('a client with the trait %s ends as %s when every sixth call fails', async (trait, end) => {
  const patience = { ...patient.deferrals.unreachable, budget: 60 };
  const deferrals = { ...patient.deferrals, unreachable: patience, couldNotLook: patience };
  const usual = (gateway: Gateway): Gateway => gateway;
  await using one = await oneClient(trait, { deferrals }, usual, { callDeadlineMs: 100, slowMs: 20 });
  const faults = await one.fleet.fault({ rate: 1 / 6 });
  const { upgrade } = await one.settle();
  await faults.lift();
  expect(upgrade.state).toMatchObject({ end });
  expect(await one.fleet.clientTruth(one.client)).toMatchObject({ violations: [], intent: null });
});
