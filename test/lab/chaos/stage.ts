import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../../orchestrator/embedded-redis/launch.ts';
import { prepareSample, type Sample } from '../demo/sample.ts';
import { connectFleetControl } from '../fleet/control-client.ts';
import {
  fromMondayEvening,
  type LabInstallation,
  portOf,
  startFleetProcess,
  startOrchestrator,
  startWorker,
} from '../installation.ts';
import { Operator } from '../operator.ts';
import type { LabProcess } from '../process.ts';
import { type ChaosOptions, speedOf } from './options.ts';
import { prepareHooks } from './control/hook-program.ts';
import { Outages } from './outages.ts';
import { type OwnRedis, prepareRedis } from './own-redis.ts';
import { planOf, type Role } from './plan.ts';
import { SmallDisks } from './small-disks.ts';
import { Player } from './player.ts';

export const chaosPrefix = 'servpack-chaos';

const preparationMs = (clients: number): number => 4_000 + clients;

/** Everything that a run works with: the processes, their surroundings, and the reports. */
export interface Stage {
  readonly installation: LabInstallation;
  readonly sample: Sample;
  readonly players: readonly Player[];
  /** One per orchestrator, because each may be down. */
  readonly operators: readonly Operator[];
  /** The second person, at each orchestrator. */
  readonly approvers: readonly Operator[];
  readonly control: ReturnType<typeof connectFleetControl>;
  readonly outages: Outages;
  /** Every client, in the order of the fleet file. */
  readonly clients: readonly string[];
  /** Null where the plan has no full disk. */
  readonly disks: SmallDisks | null;
  /** When a disk was full. */
  readonly fullDisks: Outages;
  /** When each process was frozen, by process id. */
  readonly frozen: Map<number, Outages>;
  readonly complaints: string[];
  /** Texts that no log may hold. */
  readonly secrets: readonly string[];
  readonly prefix: string;
  readonly url: string;
}

/**
 * Starts Redis and orchestrators, lets `prepare` import, stage and create, then starts the fleet
 * and the workers.
 */
export async function setStage(
  options: ChaosOptions,
  stack: AsyncDisposableStack,
  prepare: (operator: Operator, sample: Sample) => Promise<void>,
): Promise<Stage> {
  const small = new SmallDisks(options.dataDir);
  rmSync(options.dataDir, { recursive: true, force: true });
  mkdirSync(options.dataDir, { recursive: true });
  const disks = planOf(options).some(({ stroke }) => stroke.kind === 'fullDisk') ? small : null;
  if (disks !== null) stack.defer(() => disks.unmount());
  disks?.mount();
  const [outages, complaints] = [new Outages(), [] as string[]];
  const hire = (role: Role, name: string, start: () => Promise<LabProcess>): Player => {
    const mayFail = (): boolean => outages.near(Date.now());
    const player = new Player({ role, name, start, mayFail, complain: (what) => complaints.push(what) });
    stack.defer(() => player.close());
    return player;
  };

  const own = options.url === null ? await prepareRedis(options.dataDir) : null;
  const redis = own === null ? [] : [hire('redis', 'redis', () => own.start())];
  for (const player of redis) await player.start();
  const installation = installationOf(options, own);
  const orchestrators = await startAll(options.orchestrators, async (n) => {
    const port = await freePort();
    const name = `orchestrator-${n}`;
    return { player: hire('orchestrator', name, () => startOrchestrator(installation, port, name)), port };
  });
  const people = (name: string): readonly Operator[] =>
    orchestrators.map(({ port }) => new Operator(`http://127.0.0.1:${port}`, options.dataDir, name));
  const operators = people('kim');
  const sample = prepareSample(options.dataDir, options.clients);
  const [first] = operators;
  if (first === undefined) throw new Error('no orchestrator');
  await prepare(first, sample);
  await delay(Math.max(0, installation.clock.realAt - Date.now()));

  const tokenFile = join(options.dataDir, 'token');
  const fleet = await startFleetProcess(installation, {
    fleetCsv: sample.fleetCsv,
    seed: options.seed,
    tree: sample.tree,
    faults: options.faults,
    checkIn: { url: `http://127.0.0.1:${orchestrators[0]?.port ?? 0}`, tokenFile },
  });
  stack.defer(() => fleet.stop());
  const control = connectFleetControl({ port: portOf(fleet) });
  stack.defer(() => control.close());
  const workers = await startAll(options.workers, async (n) => {
    const name = `worker-${n}`;
    return { player: hire('worker', name, () => startWorker(installation, portOf(fleet), name)) };
  });
  const players = [
    ...redis,
    ...orchestrators.map((each) => each.player),
    ...workers.map((each) => each.player),
  ];
  const secrets = [readFileSync(tokenFile, 'utf8').trim(), ...(own === null ? [] : [own.password])];
  const { prefix, redisUrl: url } = installation;
  const frozen = new Map<number, Outages>();
  const clients = readFileSync(sample.fleetCsv, 'utf8')
    .split('\n')
    .slice(1)
    .map((row) => row.split(',')[0] ?? '')
    .filter((client) => client !== '');
  return {
    clients,
    disks,
    fullDisks: new Outages(),
    installation,
    sample,
    players,
    operators,
    approvers: people('lee'),
    control,
    outages,
    frozen,
    complaints,
    secrets,
    prefix,
    url,
  };
}

function installationOf(options: ChaosOptions, own: OwnRedis | null): LabInstallation {
  const clock = fromMondayEvening(speedOf(options), preparationMs(options.clients));
  const redisUrl = own?.url ?? options.url ?? '';
  const { dataDir, shards } = options;
  const settings = { SERVPACK_HOOKS: prepareHooks(dataDir) };
  return { redisUrl, prefix: chaosPrefix, dataDir, clock, shards, settings };
}

/**
 * Starts the first process alone, because it makes files that the others read, such as the token.
 */
async function startAll<T extends { readonly player: Player }>(
  count: number,
  hire: (n: number) => Promise<T>,
): Promise<readonly T[]> {
  const all: T[] = [];
  for (let n = 1; n <= count; n += 1) {
    const hired = await hire(n);
    await hired.player.start();
    all.push(hired);
  }
  return all;
}
