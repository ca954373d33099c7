import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take longest, in the order in which they begin: about 10 seconds and more each, on two
 * quiet cores. Most of that time they wait for Redis, for leases or for processes, and the short
 * files use the processors meanwhile. A file that is missing here begins later than it could.
 */
export const longest: readonly string[] = [
  'upgrade/upgrade',
  'drill/idle',
  'integration/json-documents',
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
  'system/interrupted-start',
  'drill/restore-drill',
  'system/rolling-restart',
  'integration/contexts',
  'system/orchestrator-killed',
  'integration/campaigns-doc',
  'chaos/kill-matrix',
  'audit/rebuilding',
  'chaos/commit-and-add',
  'metrics/scrape',
  'system/unwritable-log',
  'events/stream',
  'browser/screens',
  'system/agreement',
  'integration/cli-refusals',
  'contract/redis-store',
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
  'integration/plain-screens',
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

const placeOf = ({ moduleId }: TestSpecification): number => {
  const name = /\/test\/(.*)\.test\.ts$/.exec(moduleId)?.[1] ?? '';
  const place = longest.indexOf(name);
  return place < 0 ? longest.length : place;
};

/** Vitest begins one project after the other, by name: a long file of the last one ends alone. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}
