import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take longest, in the order in which they begin: about 10 seconds and more each, on two
 * quiet cores. Most of that time they wait for Redis, for leases or for processes, and the short
 * files use the processors meanwhile. A file that is missing here begins later than it could.
 */
export const longest: readonly string[] = [
  'upgrade/upgrade',
  'drill/idle',
  'proving/seeded-policies',
  'integration/cli-every-command',
  'system/demo',
  'contract/store-twins',
  'chaos/chaos',
  'drill/audit-killed',
  'integration/cli-failures',
  'system/up',
  'gateways/hostile-clients',
  'crash/redis-outages',
  'integration/completion',
  'browser/report',
  'drill/hold',
  'browser/states',
  'system/interrupted-start',
  'drill/restore-drill',
  'system/rolling-restart',
  'system/orchestrator-killed',
  'chaos/kill-matrix',
  'audit/rebuilding',
  'chaos/commit-and-add',
  'metrics/scrape',
  'system/unwritable-log',
  'events/stream',
  'integration/json-documents',
  'browser/screens',
  'browser/settings',
  'browser/journey',
  'browser/fleet',
  'browser/wall',
  'system/agreement',
  'integration/cli-refusals',
  'contract/redis-store',
  'browser/supply',
  'browser/roles',
  'browser/plan',
  'browser/numbers',
  'integration/simulate-doc',
  'api/answers',
  'integration/audit-cli',
  'proving/prove-doc',
  'architecture/growth',
  'integration/look-cli',
  'integration/lost-looks',
  'system/bench',
  'forecast/forecast',
  'integration/override-cli',
  'integration/step-holds',
  'system/control-killed',
  'integration/gateway-faults',
  'forward/killed',
  'system/restart-limits',
  'browser/bulk',
  'system/large-fleet',
  'system/pause',
  'crash/frozen-master',
  'integration/client-hooks',
  'forecast/stored',
  'integration/fleet-remove',
  'contract/simulated-gateway',
  'input/never-throws',
  'integration/edit',
  'system/clocks-apart',
  'integration/embedded-redis-search',
  'integration/schedules',
  'integration/redis-loss',
  'system/two-orchestrators',
  'audit/tampering',
  'integration/certify-cli',
  'contract/ssh-gateway',
  'events/failover',
  'forecast/thread',
  'integration/advised-commands',
  'browser/live',
  'integration/campaign-archive',
  'crash/cluster-away',
];

const nameOf = ({ moduleId }: TestSpecification): string =>
  /\/test\/(.*)\.test\.ts$/.exec(moduleId)?.[1] ?? '';

const placeOf = (file: TestSpecification): number => {
  const place = longest.indexOf(nameOf(file));
  return place < 0 ? longest.length : place;
};

/**
 * Folders whose tests mostly wait for processes, leases and rounds: a third of a processor each.
 * The others compute nearly all of the time.
 */
const waiting = new Set(['crash', 'system', 'chaos', 'drill']);

/** Spreads what waits evenly among what computes, so that the processors are never without work. */
function spread(files: readonly TestSpecification[]): readonly TestSpecification[] {
  const isWaiting = (file: TestSpecification) => waiting.has(nameOf(file).split('/')[0] ?? '');
  const waits = files.filter(isWaiting);
  const computes = files.filter((file) => !isWaiting(file));
  const share = computes.length / Math.max(1, waits.length);
  const between = (at: number) => computes.slice(Math.round(at * share), Math.round((at + 1) * share));
  return waits.length === 0 ? computes : waits.flatMap((file, at) => [file, ...between(at)]);
}

/**
 * Vitest begins one project after the other, by name: a long file of the last one ends alone. Short
 * files stay with their project, whose worker keeps the code that it has loaded.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = (await super.sort(files)).toSorted((a, b) => placeOf(a) - placeOf(b));
    const long = sorted.filter((file) => placeOf(file) < longest.length);
    return [...spread(long), ...sorted.slice(long.length)];
  }
}
