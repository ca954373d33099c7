import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { startPrivateRedis } from '../environment/private-redis.ts';
import { testRedis } from '../environment/redis.ts';
import { halfMoved, inWords, releaseFaults, verdict } from '../lab/expected.ts';
import { hasRelease, swapFaults, swapVerdict } from '../lab/expected-swap.ts';
import { procedures } from '../../shared/domain/remediation/procedure.ts';
import { setOf } from '../../orchestrator/simulation/machines/traits.ts';
import type { FleetTruth } from '../lab/fleet/truth.ts';
import { indexFaults, countFaults, leftOver } from '../lab/chaos/verdict/records.ts';
import { agentHashes } from '../lab/staged-tree.ts';
import { type RawRecord, type Walk, walkOf } from '../lab/chaos/walk.ts';
import { type HeldFleet, holdFleet, type Place } from './held-fleet.ts';
import { patienceMs } from '../environment/patience.ts';

/**
 * Invariant 4 in full: for every step of every procedure, forward and back, the driver is lost
 * before the step, when it is only announced, and after it, on all clients at once. Each client
 * ends with its service relocated completely or exactly as it was, by the lab's own view.
 */
describe('a driver that is lost at every step of every procedure', { concurrent: true }, () => {
  test('by a kill of its worker is replaced by another worker, which ends every client', async () => {
    const { url, prefix } = testRedis();
    await using fleet = await holdFleet({ url, prefix });
    const first = await allHeld(fleet, 'first');
    first.kill('SIGKILL');
    await first.ended;
    // The intent of the dead worker stands on the clients, for the next driver.
    expect(intentFaults(await fleet.control.truth(), fleet.places)).toEqual([]);

    await fleet.startWorker('second');
    const walk = await untilSettled(url, prefix, fleet);
    await Promise.all(fleet.holds.map((hold) => hold.release()));
    expect(await endFaults(fleet, walk)).toEqual([]);
  });

  test('by a freeze beyond lock and lease changes and commits nothing when its worker wakes up', async () => {
    const { url, prefix } = testRedis();
    await using fleet = await holdFleet({ url, prefix });
    const first = await allHeld(fleet, 'first');
    first.kill('SIGSTOP');
    await fleet.startWorker('second');
    const walk = await untilSettled(url, prefix, fleet);
    const ended = await fleet.control.truth();

    // The held calls of the frozen worker reach the clients with an older fence.
    await Promise.all(fleet.holds.map((hold) => hold.release()));
    const late = await fleet.control.summary();
    first.kill('SIGCONT');
    const lost = await aborted(fleet, 'first');
    expect(lost).toBe(fleet.places.length);
    await first.stop();
    expect((await first.ended).code).toBe(0);

    expect(await endFaults(fleet, walk)).toEqual([]);
    // Every call that was held before its effect is a change of an older driver, and is refused.
    const heldBefore = fleet.places.filter(({ when }) => when === 'before').length;
    expect(late.fencedRefusals).toBeGreaterThanOrEqual(heldBefore);
    const changes = (truth: FleetTruth) => truth.clients.map(({ journal }) => journal.length);
    expect(changes(await fleet.control.truth())).toEqual(changes(ended));
    expect(versionsIn(await walkAt(url, prefix))).toEqual(versionsIn(walk));
  });

  test('with all of Redis is replaced by a new campaign, which finds intents and pre-images on the clients', async () => {
    const own = await startPrivateRedis();
    await using stack = new AsyncDisposableStack();
    stack.defer(() => own.stop());
    const fleet = stack.use(await holdFleet({ url: own.url, prefix: 'wiped' }));
    const worker = await allHeld(fleet, 'only');
    const redis = new Redis(own.url);
    stack.defer(() => redis.disconnect());
    await redis.flushall();
    await expect(fleet.begin()).rejects.toThrow(/store\.gone/);
    worker.kill('SIGKILL');
    await worker.ended;
    await fleet.startAfresh();
    await fleet.begin();
    await fleet.startWorker('next');
    const walk = await untilSettled(own.url, 'wiped', fleet);
    await Promise.all(fleet.holds.map((hold) => hold.release()));

    const truth = await fleet.control.truth();
    expect(truth.clients.flatMap(wholeFaults)).toEqual([]);
    expect(provedFaults(truth, [...walk.records.values()])).toEqual([]);
  });
});

/** Starts the campaigns and a worker, and waits until every client is held. */
async function allHeld(fleet: HeldFleet, name: string) {
  await fleet.begin();
  const worker = await fleet.startWorker(name);
  const missing = new Set(fleet.places.map(nameOf));
  const reached = Promise.all(
    fleet.holds.map((hold, at) => hold.reached().then(() => missing.delete(nameOf(fleet.places[at])))),
  );
  await within(patienceMs, reached, () => `not reached: ${[...missing].join('; ')}`);
  return worker;
}

const nameOf = (place: Place | undefined): string =>
  place === undefined
    ? ''
    : `${place.client} ${place.when} ${place.step} of the ${place.procedure}, ${place.direction}`;

/**
 * The intent names the step as soon as it is announced, until the last step has removed the
 * intent.
 */
function intentFaults(truth: FleetTruth, places: readonly Place[]): readonly string[] {
  return places.flatMap((place) => {
    const intent = truth.clients.find(({ client }) => client === place.client)?.intent ?? null;
    const isFirst = place.step === 'record' && place.when === 'before';
    const isGone = place.step === 'close' && place.when !== 'before';
    const must = isFirst || isGone ? null : place.procedure;
    return intent?.kind === (must ?? undefined) ? [] : [`${nameOf(place)}: intent ${JSON.stringify(intent)}`];
  });
}

const walkAt = async (url: string, prefix: string): Promise<Walk> => {
  const redis = new Redis(url);
  try {
    return await walkOf(redis, `{${prefix}:0}`);
  } finally {
    redis.disconnect();
  }
};

async function untilSettled(url: string, prefix: string, { places }: HeldFleet): Promise<Walk> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const walk = await walkAt(url, prefix);
    const records = [...walk.records.values()];
    const open = records.filter(({ index }) => index !== 'settled');
    if (records.length === places.length && open.length === 0) return walk;
    if (Date.now() > deadline) throw new Error(`not settled: ${open.map(inShort).join('; ')}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

const inShort = ({ id, index, upgrade: { state } }: RawRecord): string =>
  `${id} ${index} ${JSON.stringify(state)}`;

/** What is wrong at the end, by the lab's own view. */
async function endFaults({ control, places }: HeldFleet, walk: Walk): Promise<readonly string[]> {
  const truth = await control.truth();
  const records = [...walk.records.values()];
  return [
    ...(['relocation', 'workaround'] as const).flatMap((procedure) => {
      const names = new Set(
        places.filter((place) => place.procedure === procedure).map(({ client }) => client),
      );
      const clients = truth.clients.filter(({ client }) => names.has(client));
      const policy = { relocation: procedure === 'relocation', workaround: procedure === 'workaround' };
      return verdict({ ...truth, clients }, rowsOf(records.filter((each) => names.has(each.client))), policy);
    }),
    ...swapVerdict(truth.clients.filter(hasAgent), rowsOf(records), agentHashes()),
    ...truth.clients.flatMap(wholeFaults),
    ...[...indexFaults(walk), ...leftOver(walk)].map(({ client, what }) => `${client}: ${what}`),
    ...procedures.flatMap((name) => countFaults([walk], name, 300)).map(({ what }) => what),
  ];
}

const rowsOf = (records: readonly RawRecord[]) =>
  records.map(({ client, upgrade: { state } }) => ({
    client,
    end: state.phase === 'settled' ? state.end : null,
  }));

const hasAgent = ({ trait }: FleetTruth['clients'][number]): boolean => setOf(trait) === 'agents';

function wholeFaults(client: FleetTruth['clients'][number]): readonly string[] {
  const faults = [
    ...(hasAgent(client) ? swapFaults(client, agentHashes()) : halfMoved(client)),
    ...(client.intent === null ? [] : [`an unfinished ${client.intent.kind} stands on it`]),
    ...client.violations.map(inWords),
  ];
  return faults.map((fault) => `${client.client}: ${fault}`);
}

/**
 * A new record does not know what was done before, so a client with all files may count as current
 * already.
 */
function provedFaults(truth: FleetTruth, records: readonly RawRecord[]): readonly string[] {
  const ends = new Map(rowsOf(records).map(({ client, end }) => [client, end]));
  return truth.clients.flatMap((client) => {
    const end = ends.get(client.client);
    const hasAll = hasAgent(client)
      ? hasRelease(client, agentHashes())
      : releaseFaults(client, truth.release).length === 0;
    const isSaid = end === 'upgraded' || end === 'alreadyCurrent';
    const isFaulty = ['staysHome', 'agentBreaks', 'agentProgramBreaks'].includes(client.trait);
    const mayFail = isFaulty && end === 'needsAttention';
    return hasAll === isSaid && (hasAll || mayFail)
      ? []
      : [`${client.client} ${client.trait}: ${end}, ${hasAll}`];
  });
}

const versionsIn = (walk: Walk): readonly string[] =>
  [...walk.records.values()].map(({ id, version, index }) => `${id} ${version} ${index}`).sort();

/**
 * Waits until a woken worker has aborted its work, and returns for how many clients, by its log.
 */
async function aborted({ installation, places }: HeldFleet, worker: string): Promise<number> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const lines = readFileSync(join(installation.dataDir, 'logs', `${worker}.log`), 'utf8').split('\n');
    const lost = lines.filter((line) => line.includes('"lease lost: aborting"'));
    const clients = new Set(lost.map((line) => (JSON.parse(line) as { client: string }).client));
    if (clients.size >= places.length || Date.now() > deadline) return clients.size;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function within<T>(ms: number, what: Promise<T>, why: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(why())), ms);
  });
  try {
    return await Promise.race([what, late]);
  } finally {
    clearTimeout(timer);
  }
}
