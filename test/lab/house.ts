import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ClockAnchor } from '../../shared/clock.ts';
import type { TraitSet } from './fleet/traits.ts';
import { type LabProcess, startProcess } from './process.ts';

const root = join(import.meta.dirname, '../..');

/** Where a house lives: one Redis, one prefix, one data folder, one time. */
export interface House {
  readonly redisUrl: string;
  readonly prefix: string;
  readonly dataDir: string;
  /** Left out = real time. */
  readonly clock?: ClockAnchor;
  /** 1 when not given. */
  readonly shards?: number;
  readonly logLevel?: string;
  /** Further settings of its processes. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** One with lab time. */
export interface LabHouse extends House {
  readonly clock: ClockAnchor;
}

/** What every process of the house is started with. */
export const environmentOf = (house: House): Record<string, string> => ({
  REDIS_URL: house.redisUrl,
  SERVPACK_PREFIX: house.prefix,
  SERVPACK_SHARDS: String(house.shards ?? 1),
  SERVPACK_DATA: house.dataDir,
  ...(house.clock === undefined ? {} : { SERVPACK_LAB_CLOCK: JSON.stringify(house.clock) }),
  SERVPACK_LOG_LEVEL: house.logLevel ?? 'info',
  NODE_NO_WARNINGS: '1',
  ...house.settings,
});

function logFile(house: House, name: string): string {
  const folder = join(house.dataDir, 'logs');
  mkdirSync(folder, { recursive: true });
  return join(folder, `${name}.log`);
}

/** The orchestrator as a process of its own, on a free port. `ready` ends with its URL. */
export const startOrchestrator = (house: House, port = 0, name = 'orchestrator'): Promise<LabProcess> =>
  startProcess({
    name,
    args: [join(root, 'orchestrator/main.ts')],
    env: { ...environmentOf(house), SERVPACK_PORT: String(port) },
    logFile: logFile(house, name),
    readyWhen: 'servpack orchestrator: http',
  });

export const urlOf = (orchestrator: LabProcess): string =>
  orchestrator.ready.slice(orchestrator.ready.indexOf('http'));

export const startWorker = (house: LabHouse, fleetPort: number, name = 'worker'): Promise<LabProcess> =>
  startWorkerWith(house, { SERVPACK_GATEWAY: `simulated:${fleetPort}` }, name);

/** @param sshConfig how the gateway logs in: the path of its file */
export const startSshWorker = (house: House, sshConfig: string, name = 'worker'): Promise<LabProcess> =>
  startWorkerWith(house, { SERVPACK_GATEWAY: 'ssh', SERVPACK_SSH_CONFIG: sshConfig }, name);

const startWorkerWith = (
  house: House,
  gateway: Readonly<Record<string, string>>,
  name: string,
): Promise<LabProcess> =>
  startProcess({
    name,
    args: [join(root, 'workers/main.ts')],
    env: { ...environmentOf(house), ...gateway },
    logFile: logFile(house, name),
    readyWhen: 'servpack worker: ready',
  });

export interface FleetOptions {
  readonly fleetCsv: string;
  readonly seed: string;
  /** The staged tree. */
  readonly tree: string;
  readonly traits?: TraitSet;
  /** Share of the calls with which something goes wrong on the way. */
  readonly faults?: number;
  readonly checkIn: { readonly url: string; readonly tokenFile: string } | null;
}

/** The lab fleet as a process of its own, which outlives workers and orchestrators. */
export const startFleetProcess = (house: LabHouse, options: FleetOptions): Promise<LabProcess> =>
  startProcess({
    name: 'fleet',
    args: [
      join(root, 'test/lab/fleet/main.ts'),
      '--fleet',
      options.fleetCsv,
      '--seed',
      options.seed,
      '--release',
      options.tree,
      '--traits',
      options.traits ?? 'usual',
      '--faults',
      String(options.faults ?? 0),
      ...(options.checkIn === null
        ? []
        : ['--checkin-url', options.checkIn.url, '--checkin-token-file', options.checkIn.tokenFile]),
    ],
    env: environmentOf(house),
    logFile: logFile(house, 'fleet'),
    readyWhen: '"fleet":"ready"',
  });

export const portOf = (fleet: LabProcess): number => (JSON.parse(fleet.ready) as { port: number }).port;
