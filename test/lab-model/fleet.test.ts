import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Clock, labClock } from '../../shared/clock.ts';
import { type Change, type Gateway, targetOf } from '../../shared/execution/gateway.ts';
import { connectSimulatedGateway } from '../../workers/gateways/simulated/gateway.ts';
import { connectFleetControl } from '../lab/fleet/control-client.ts';
import type { FleetControl } from '../lab/fleet/control.ts';
import { pcmService } from '../../orchestrator/simulation/machines/sms.ts';
import { type Fleet, type FleetSetup, startFleet } from '../lab/fleet/start-fleet.ts';
import { traitOf } from '../../orchestrator/simulation/machines/traits.ts';
import { smsMethods } from '../products/given.ts';
import { hour, mondayAtFive, release } from './one-machine.ts';

const seed = 'fleet';
const clients = Array.from({ length: 50 }, (_, n) => `PC${n}`);
const rows = clients.map((client) => ({
  client,
  host: client,
  logonServer: 'LS1',
  zone: 'UTC',
  role: 'workstation' as const,
}));
const client = clients.find((each) => traitOf(seed, each) === 'pcmInBin') ?? '';
const target = targetOf({ client, host: client });
const { mark } = smsMethods();

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

/** Lab time that stands still until the test sets it. */
function handClock(): Clock & { at: number } {
  const clock = {
    at: mondayAtFive,
    now: () => clock.at,
    realNow: () => clock.at,
    realDelay: (at: number) => Math.max(0, at - clock.at),
    policySpan: (realMs: number) => realMs,
  };
  return clock;
}

async function fleetOf(setup: Partial<FleetSetup> = {}): Promise<Fleet> {
  const clock = labClock({ labAt: mondayAtFive, realAt: Date.now(), speed: 5_000 });
  const fleet = await startFleet({ rows, seed, release, startedAt: mondayAtFive, clock, ...setup });
  open.push(fleet);
  return fleet;
}

function gatewayTo(fleet: Fleet): Gateway {
  const gateway = connectSimulatedGateway({ port: fleet.port });
  open.unshift(gateway);
  return gateway;
}

function controlOf(fleet: Fleet): FleetControl {
  const control = connectFleetControl({ port: fleet.port });
  open.unshift(control);
  return control;
}

const change = (counter: number, owner: string, signal = new AbortController().signal): Change => ({
  target,
  fence: { counter, owner },
  signal,
});

const truthOf = async (fleet: FleetControl) => {
  const truth = await fleet.clientTruth(client);
  if (truth === null) throw new Error('no such client');
  return truth;
};

describe('the truth of a fleet', () => {
  it('is the same for the same seed, start and time', async () => {
    const [one, other] = [handClock(), handClock()];
    const fleets = [await fleetOf({ clock: one }), await fleetOf({ clock: other })];
    one.at = mondayAtFive + 100 * hour;
    const [first] = await Promise.all(fleets.map((fleet) => fleet.truth()));
    // The second lab reaches the same time in many steps.
    for (let hours = 1; hours <= 100; hours++) {
      other.at = mondayAtFive + hours * hour;
      await fleets[1]?.truth();
    }
    expect(await fleets[1]?.truth()).toEqual({ ...first, now: other.at });
  });

  it('is read completely by other processes', async () => {
    const fleet = await fleetOf({ clock: handClock() });
    const control = controlOf(fleet);
    expect(await control.truth()).toEqual(await fleet.truth());
    expect(await control.summary()).toEqual(await fleet.summary());
    expect(await control.clientTruth('NOBODY')).toBeNull();
  });
});

describe('a call that the lab holds', () => {
  it.each([
    ['before', 'its effect never comes', [], 'running'],
    ['after', 'its effect stays', ['stopService'], 'stopped'],
  ] as const)('%s its effect: when the driver dies there, %s', async (when, _what, ops, state) => {
    const fleet = await fleetOf();
    const driver = gatewayTo(fleet);
    const hold = await controlOf(fleet).hold({ client, op: 'stopService', when });
    const answer = driver.stopService(change(1, 'dead'), pcmService);
    await hold.reached();
    await driver.close();
    expect(await answer).toMatchObject({ error: { kind: 'cutOff' } });

    await hold.release();

    const next = gatewayTo(fleet);
    const seen = await next.readService(target, pcmService, new AbortController().signal);
    expect(seen).toMatchObject({ value: { state } });
    expect(await next.notify(change(2, 'next'), 'x')).toMatchObject({ ok: true });
    const { journal, violations } = await truthOf(fleet);
    expect(journal.map(({ op }) => op)).toEqual([...ops, 'notify']);
    expect(violations).toEqual([]);
  });

  it('before its effect is refused when a newer driver came meanwhile', async () => {
    const fleet = await fleetOf();
    const [frozen, next] = [gatewayTo(fleet), gatewayTo(fleet)];
    const hold = await fleet.hold({ client, op: 'stopService', when: 'before' });
    const answer = frozen.stopService(change(1, 'frozen'), pcmService);
    await hold.reached();
    await next.notify(change(2, 'next'), 'x');
    await hold.release();
    expect(await answer).toMatchObject({ error: { kind: 'fenced' } });
    expect(await truthOf(fleet)).toMatchObject({ fencedRefusals: 1, violations: [] });
  });

  it('may be the nth of its kind', async () => {
    const fleet = await fleetOf();
    const driver = gatewayTo(fleet);
    const hold = await controlOf(fleet).hold({ client, op: 'notify', nth: 3, when: 'after' });
    await driver.notify(change(1, 'a'), 'first');
    await driver.notify(change(1, 'a'), 'second');
    const third = driver.notify(change(1, 'a'), 'third');
    await hold.reached();
    expect((await truthOf(fleet)).notices.map(({ text }) => text)).toEqual(['first', 'second', 'third']);
    await hold.release();
    expect(await third).toMatchObject({ ok: true });
    expect(await driver.notify(change(1, 'a'), 'fourth')).toMatchObject({ ok: true });
  });

  it('is one call only, and none when the hold is released before', async () => {
    const fleet = await fleetOf();
    const driver = gatewayTo(fleet);
    const never = await fleet.hold({ client, op: 'notify', when: 'before' });
    await never.release();
    expect(await driver.notify(change(1, 'a'), 'x')).toMatchObject({ ok: true });
  });
});

describe('two drivers on one client of the lab', () => {
  const never = new AbortController().signal;

  it('are recorded while the effect of the first one goes on', async () => {
    const fleet = await fleetOf({ clock: handClock() });
    const first = gatewayTo(fleet);
    const stopping = first.stopService(change(1, 'first'), pcmService);
    await vi.waitUntil(async () => (await truthOf(fleet)).journal.length > 0);
    await gatewayTo(fleet).mark(change(2, 'second'), mark);
    expect((await truthOf(fleet)).violations).toMatchObject([
      { kind: 'twoDrivers', owners: ['first', 'second'] },
    ]);
    expect((await fleet.summary()).violations).toBe(1);
    await first.close();
    expect(await stopping).toMatchObject({ error: { kind: 'cutOff' } });
  });

  it('are not recorded when the first one has aborted its call', async () => {
    const fleet = await fleetOf({ clock: handClock() });
    const giveUp = new AbortController();
    const driver = gatewayTo(fleet);
    const first = driver.stopService(change(1, 'first', giveUp.signal), pcmService);
    await driver.look(target, { componentDirectory: 'C:\\MS\\SMS\\BIN', files: [], services: [] }, never);
    giveUp.abort();
    expect(await first).toMatchObject({ error: { kind: 'cutOff' } });
    await driver.mark(change(2, 'second'), mark);
    expect((await truthOf(fleet)).violations).toEqual([]);
  });

  it('are not recorded when only the answer to the first one is still on its way', async () => {
    const fleet = await fleetOf();
    const hold = await fleet.hold({ client, op: 'mark', when: 'after' });
    const frozen = gatewayTo(fleet).mark(change(1, 'frozen'), mark);
    await hold.reached();
    await gatewayTo(fleet).notify(change(2, 'second'), 'x');
    await hold.release();
    expect(await frozen).toMatchObject({ ok: true });
    expect((await truthOf(fleet)).violations).toEqual([]);
  });
});
