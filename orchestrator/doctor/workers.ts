import { many } from '../cli/render/view.ts';
import { reportEveryMs, type SeenWorker } from '../../shared/store/worker-registry.ts';
import { servpackVersion } from '../../shared/version.ts';
import { broken, type Check, fine, warning } from './check.ts';
import { inWords, judgeClock } from './clocks.ts';
import { logChecks } from './process-log.ts';

/** Checks the workers: whether they run, their clocks, versions and gateways. */
export function judgeWorkers(seen: readonly SeenWorker[]): readonly Check[] {
  const alive = seen.filter(({ isAlive }) => isAlive);
  const late = alive.filter(isLate);
  const inTime = alive.filter((each) => !isLate(each));
  return [
    ...(inTime.length === 0 && late.length > 0 ? [] : [aliveCheck(inTime)]),
    ...late.map(lateCheck),
    ...seen.filter(({ isAlive }) => !isAlive).map(goneCheck),
    ...alive.flatMap(workerChecks),
    ...gatewayChecks(alive),
  ];
}

/** A report that is later than a busy worker makes it. */
const lateAfterMs = 1.5 * reportEveryMs;

/** It has missed a report, and may have been killed: nobody can say that it runs. */
const isLate = ({ silentMs }: SeenWorker): boolean => silentMs > lateAfterMs;

const lateCheck = ({ name, silentMs }: SeenWorker): Check =>
  warning(
    'workers',
    `the last report of worker ${name} was ${seconds(silentMs)} ago; workers report every ${seconds(reportEveryMs)}`,
    'it is busy, cannot reach Redis, or was killed; what it has begun goes on when it is back, or is taken over',
    'ask again in 15 s: then it has reported, or is named as gone',
  );

const seconds = (ms: number): string => `${Math.round(ms / 1_000)} s`;

/** @param alive those that have reported in time; one of them may have been killed since */
function aliveCheck(alive: readonly SeenWorker[]): Check {
  if (alive.length === 0)
    return broken(
      'workers',
      'no worker is running',
      'no client is looked at, and nothing is done on any client',
      'start one: servpack worker (docker compose up -d worker)',
    );
  const places = alive.reduce((sum, { upgrades }) => sum + upgrades, 0);
  const longest = Math.max(...alive.map(({ silentMs }) => silentMs));
  const said = `last report${alive.length === 1 ? '' : 's at most'} ${seconds(longest)} ago`;
  return fine(
    'workers',
    `${many(alive.length, 'worker')} on ${many(new Set(alive.map(({ host }) => host)).size, 'machine')}, up to ${many(places, 'upgrade')} at once, ${said}`,
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
