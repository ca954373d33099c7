import { many } from '../cli/render/view.ts';
import type { SeenWorker } from '../../shared/store/worker-registry.ts';
import { servpackVersion } from '../../shared/version.ts';
import { broken, type Check, fine, warning } from './check.ts';
import { inWords, judgeClock } from './clocks.ts';
import { logChecks } from './process-log.ts';

/** Checks the workers: whether they run, their clocks, versions and gateways. */
export function judgeWorkers(seen: readonly SeenWorker[]): readonly Check[] {
  const alive = seen.filter(({ isAlive }) => isAlive);
  return [
    aliveCheck(alive),
    ...seen.filter(({ isAlive }) => !isAlive).map(goneCheck),
    ...alive.flatMap(workerChecks),
    ...gatewayChecks(alive),
  ];
}

function aliveCheck(alive: readonly SeenWorker[]): Check {
  if (alive.length === 0)
    return broken(
      'workers',
      'no worker is running',
      'no client is looked at, and nothing is done on any client',
      'start one: servpack worker (docker compose up -d worker)',
    );
  const places = alive.reduce((sum, { upgrades }) => sum + upgrades, 0);
  return fine(
    'workers',
    `${many(alive.length, 'worker')} on ${many(new Set(alive.map(({ host }) => host)).size, 'machine')}, up to ${many(places, 'upgrade')} at once`,
  );
}

const goneCheck = ({ name, silentMs }: SeenWorker): Check =>
  warning(
    'workers',
    `worker ${name} was heard of ${inWords(silentMs)} ago and did not say goodbye`,
    'it was killed or hangs; its clients are taken over by others',
    'look into its log; restart it if it is still there',
  );

function workerChecks({ name, version, aheadMs, log }: SeenWorker): readonly Check[] {
  const clock = judgeClock(`the clocks of worker ${name} and Redis`, aheadMs);
  const other =
    version === servpackVersion
      ? []
      : [
          warning(
            'workers',
            `worker ${name} is servpack ${version}, this orchestrator ${servpackVersion}`,
            'fine during a rolling upgrade, not for days',
            'upgrade the older one',
          ),
        ];
  return [...(clock.state === 'ok' ? [] : [clock]), ...other, ...logChecks(`worker ${name}`, log ?? null)];
}

function gatewayChecks(alive: readonly SeenWorker[]): readonly Check[] {
  const kinds = [...new Set(alive.map(({ gateway }) => gateway))];
  if (kinds.length < 2) return [];
  return [
    broken(
      'workers',
      `workers reach clients in different ways: ${kinds.join(', ')}`,
      'a client is worked on through whichever worker takes its job',
      'give all of them the same SERVPACK_GATEWAY',
    ),
  ];
}
