import { Counter, Histogram } from '@prometheus-io/client';
import { leasesLostIn, openRegistry } from '../../shared/metrics/process-registry.ts';

/** Seconds. A call is cut off after SERVPACK_CALL_SECONDS, 120 by default. */
const callBuckets = [0.05, 0.25, 1, 2.5, 5, 10, 30, 60, 120];
const lookBuckets = [0.1, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120];
/** Seconds: from five minutes to four weeks. */
const upgradeBuckets = [
  300, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400, 172_800, 432_000, 1_209_600, 2_419_200,
];
const commitBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5];

/**
 * The counters and histograms of a worker process, each as an object of its own registry. They
 * begin at 0 with the process.
 */
export function openFigures() {
  const registry = openRegistry('worker');
  const registers = [registry];
  return {
    registry,
    settled: new Counter({
      name: 'servpack_upgrades_settled_total',
      help: 'Upgrades that a worker settled. The 50 campaigns that settled last are apart, others are "other".',
      labelNames: ['campaign', 'end'],
      registers,
    }),
    deferrals: new Counter({
      name: 'servpack_deferrals_total',
      help: 'Deferrals that were planned.',
      labelNames: ['class'],
      registers,
    }),
    remediations: new Counter({
      name: 'servpack_remediations_total',
      help: 'Procedures that ended: "done" as planned, "undone" when everything is as before.',
      labelNames: ['kind', 'outcome'],
      registers,
    }),
    restarts: new Counter({
      name: 'servpack_restarts_total',
      help: 'Orders to restart: "ordered" when Windows has accepted one, else how the call failed.',
      labelNames: ['outcome'],
      registers,
    }),
    looks: new Counter({
      name: 'servpack_looks_total',
      help: 'Looks at clients: "answered", or how the call failed.',
      labelNames: ['outcome'],
      registers,
    }),
    leasesTaken: new Counter({
      name: 'servpack_leases_taken_total',
      help: 'Activations that began: each takes the lease of its client.',
      registers,
    }),
    leasesLost: leasesLostIn(registry),
    refused: new Counter({
      name: 'servpack_commits_refused_total',
      help: 'Commits that were refused: nothing may begin now, a message came in, or another driver has taken over.',
      labelNames: ['reason'],
      registers,
    }),
    upgradeSeconds: new Histogram({
      name: 'servpack_upgrade_duration_seconds',
      help: 'Time from the admission of an upgrade to the end of its first attempt, by the clock of policies.',
      labelNames: ['end'],
      buckets: upgradeBuckets,
      registers,
    }),
    lookSeconds: new Histogram({
      name: 'servpack_look_duration_seconds',
      help: 'Time of a look at a client.',
      buckets: lookBuckets,
      registers,
    }),
    callSeconds: new Histogram({
      name: 'servpack_call_duration_seconds',
      help: 'Time of a call on a client, by command.',
      labelNames: ['command'],
      buckets: callBuckets,
      registers,
    }),
    commitSeconds: new Histogram({
      name: 'servpack_commit_duration_seconds',
      help: 'Time of a commit in Redis.',
      buckets: commitBuckets,
      registers,
    }),
  };
}

export type Figures = Omit<ReturnType<typeof openFigures>, 'registry'>;
