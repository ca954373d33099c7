import { mkdtempSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { leadRound } from '../../orchestrator/lead.ts';
import type { Office } from '../../orchestrator/office.ts';
import { repeat } from '../../orchestrator/rounds.ts';
import { sweepRound } from '../../orchestrator/sweep.ts';
import { type ClockAnchor, labClock } from '../../shared/clock.ts';
import { openDispatcher } from '../../shared/queues.ts';
import { recount } from '../../shared/store/recount.ts';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import type { StoredUpgrade } from '../../shared/store/store.ts';
import { testRedis } from '../environment/redis.ts';
import { clientWith, openCampaign, patient } from '../integration/one-client.ts';
import type { OpHold } from '../lab/fleet/holds.ts';
import { connectFleetControl } from '../lab/fleet/control-client.ts';
import { type LabHouse, portOf, startFleetProcess, startWorker } from '../lab/house.ts';
import { componentNames, writeTree } from '../lab/staged-tree.ts';

/**
 * The promise of the house on real processes: a worker that is killed with SIGKILL in the middle of a relocation leaves a client
 * that another worker finishes, from the record, the intent on the client, and a look.
 */
const folder = mkdtempSync(join(tmpdir(), 'servpack-killed-'));
const tree = join(folder, 'tree');
const settleDeadlineMs = 60_000;

beforeAll(async () => {
  await mkdir(tree, { recursive: true });
  await writeTree(tree);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a worker killed in the middle of a relocation', () => {
  test.each<[string, OpHold['op'], OpHold['when']]>([
    ['before the service is pointed to its new place', 'configureService', 'before'],
    ['after the service was stopped, before anyone knows', 'stopService', 'after'],
  ])('%s: another worker ends it whole', async (_name, op, when) => {
    await using stack = new AsyncDisposableStack();
    const { url: redisUrl, prefix } = testRedis();
    const clock: ClockAnchor = { labAt: Date.UTC(2026, 10, 16, 19), realAt: Date.now(), speed: 14_400 };
    const house: LabHouse = { redisUrl, prefix, dataDir: join(folder, op), clock };
    const client = clientWith('pcmInBin');
    const fleetCsv = join(folder, `${op}.csv`);
    writeFileSync(
      fleetCsv,
      `client,host,logonServer,zone,role,labels\n${client},${client},LS-1,UTC,workstation,\n`,
    );
    const fleet = await startFleetProcess(house, { fleetCsv, seed: 'one', tree, checkIn: null });
    stack.defer(() => fleet.stop());

    const opened = await openRedisStore({ url: redisUrl, prefix });
    if (!opened.ok) throw new Error(opened.error.message);
    const store = opened.value;
    stack.defer(() => store.close());
    const dispatcher = openDispatcher({ url: redisUrl, prefix });
    stack.defer(() => dispatcher.close());
    const log = pino({ level: process.env['TEST_LOG'] ?? 'silent' });
    const office: Office = { store, dispatcher, clock: labClock(clock), log };
    await openCampaign(store, client, componentNames, patient, office.clock.now());
    const rounds = [
      repeat('lead', 50, () => leadRound(office), log),
      repeat('sweep', 500, () => sweepRound(office), log),
    ];
    stack.defer(async () => void (await Promise.all(rounds.map((each) => each.stop()))));

    const control = connectFleetControl({ port: portOf(fleet) });
    stack.defer(() => control.close());
    const hold = await control.hold({ client, op, when });
    const first = await startWorker(house, portOf(fleet), 'first');
    await hold.reached();
    first.kill('SIGKILL');
    await first.ended;
    const left = await store.readUpgrade({ campaign: 'sp4', client });
    expect(left?.upgrade.state.phase).toBe('remedying');
    // The intent stands on the client, for whoever comes next.
    expect((await control.clientTruth(client))?.intent).not.toBeNull();

    const second = await startWorker(house, portOf(fleet), 'second');
    stack.defer(() => second.stop());
    const settled = await settlement(() => store.readUpgrade({ campaign: 'sp4', client }));
    // The call of the dead worker comes through at last: too late, its fence is older.
    await hold.release();

    expect(settled.upgrade.state).toMatchObject({ phase: 'settled', end: 'upgraded' });
    const truth = await control.clientTruth(client);
    const service = truth?.services.find((each) => each.name === 'SMS_PACKAGE_COMMAND_MANAGER_NT');
    const before = truth?.servicesAtFirst.find((each) => each.name === service?.name);
    const place = 'C:\\SMS_PCM\\pcmsvc32.exe';
    expect(service).toEqual({ ...before, imagePath: place, runsFrom: place });
    expect(truth).toMatchObject({ intent: null, violations: [] });
    expect(truth?.files).toMatchObject((await control.truth()).release);
    expect(await store.counters('sp4')).toEqual(await recount(store, 'sp4'));
  });
});

/** Waits for the record to settle, with a deadline. There is no event for it outside the record, so it is read again and again. */
async function settlement(read: () => Promise<StoredUpgrade | null>): Promise<StoredUpgrade> {
  const deadline = Date.now() + settleDeadlineMs;
  for (;;) {
    const stored = await read();
    if (stored?.upgrade.state.phase === 'settled') return stored;
    if (Date.now() > deadline)
      throw new Error(`not settled in time: ${JSON.stringify(stored?.upgrade.state)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
