import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ClockAnchor } from '../../shared/clock.ts';
import type { TraitSet } from '../../orchestrator/simulation/machines/traits.ts';
import { type LabProcess, startProcess } from './process.ts';

const root = join(import.meta.dirname, '../..');

/**
 * The surroundings of one servpack installation: one Redis, one prefix, one data folder, one time.
 */
export interface Installation {
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
  /** Where the code of its orchestrators and workers is; left out = this project. */
  readonly code?: string;
}

/** An installation with lab time. */
export interface LabInstallation extends Installation {
  readonly clock: ClockAnchor;
}

/** The environment of every process of the installation. */
export const environmentOf = (installation: Installation): Record<string, string> => ({
  REDIS_URL: installation.redisUrl,
  SERVPACK_PREFIX: installation.prefix,
  SERVPACK_SHARDS: String(installation.shards ?? 1),
  SERVPACK_DATA: installation.dataDir,
  ...(installation.clock === undefined ? {} : { SERVPACK_LAB_CLOCK: JSON.stringify(installation.clock) }),
  SERVPACK_LOG_LEVEL: installation.logLevel ?? 'info',
  NODE_NO_WARNINGS: '1',
  ...installation.settings,
});

function logFile(installation: Installation, name: string): string {
  const folder = join(installation.dataDir, 'logs');
  mkdirSync(folder, { recursive: true });
  return join(folder, `${name}.log`);
}

/** Starts an orchestrator as a process of its own, on a free port. `ready` ends with its URL. */
export const startOrchestrator = (
  installation: Installation,
  port = 0,
  name = 'orchestrator',
): Promise<LabProcess> =>
  startProcess({
    name,
    args: [join(installation.code ?? root, 'orchestrator/main.ts')],
    env: { ...environmentOf(installation), SERVPACK_PORT: String(port) },
    logFile: logFile(installation, name),
    readyWhen: 'servpack orchestrator: http',
  });

export const urlOf = (orchestrator: LabProcess): string =>
  orchestrator.ready.slice(orchestrator.ready.indexOf('http'));

export const startWorker = (
  installation: Installation,
  fleetPort: number,
  name = 'worker',
): Promise<LabProcess> => startWorkerWith(installation, { SERVPACK_GATEWAY: `simulated:${fleetPort}` }, name);

/** @param sshConfig how the gateway logs in: the path of its file */
export const startSshWorker = (
  installation: Installation,
  sshConfig: string,
  name = 'worker',
): Promise<LabProcess> =>
  startWorkerWith(installation, { SERVPACK_GATEWAY: 'ssh', SERVPACK_SSH_CONFIG: sshConfig }, name);

const startWorkerWith = (
  installation: Installation,
  gateway: Readonly<Record<string, string>>,
  name: string,
): Promise<LabProcess> =>
  startProcess({
    name,
    args: [join(installation.code ?? root, 'workers/main.ts')],
    env: { ...environmentOf(installation), ...gateway },
    logFile: logFile(installation, name),
    readyWhen: 'servpack worker: ready',
  });

export interface FleetOptions {
  readonly fleetCsv: string;
  readonly seed: string;
  /** The staged tree. */
  readonly tree: string;
  readonly traits?: TraitSet;
  /** Share of the calls that fail in some way. */
  readonly faults?: number;
  readonly checkIn: { readonly url: string; readonly tokenFile: string } | null;
}

/** Starts the lab fleet as a process of its own, which outlives workers and orchestrators. */
export const startFleetProcess = (installation: Installation, options: FleetOptions): Promise<LabProcess> =>
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
    env: environmentOf(installation),
    logFile: logFile(installation, 'fleet'),
    readyWhen: '"fleet":"ready"',
  });

export const portOf = (fleet: LabProcess): number => (JSON.parse(fleet.ready) as { port: number }).port;

/** Monday evening: nothing runs on the clients, and the first logons come the next morning. */
const mondayEvening = Date.UTC(2026, 10, 16, 19);

/** Lab time that is Monday evening so many real milliseconds from now, and flows at this speed. */
export const fromMondayEvening = (speed: number, inMs = 0): ClockAnchor => ({
  labAt: mondayEvening,
  realAt: Date.now() + inMs,
  speed,
});
