import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take longest, in the order in which they begin: about 10 seconds and more each, on two
 * quiet cores. Most of that time they wait for Redis, for leases or for processes, and the short
 * files use the processors meanwhile. A file that is missing here begins later than it could.
 */
export const longest: readonly string[] = [
  'crash/redis-outages',
  'gateways/hostile-clients',
  'chaos/chaos',
  'system/demo',
  'drill/idle',
  'system/up',
  'drill/hold',
  'drill/restore-drill',
  'proving/seeded-policies',
  'system/rolling-restart',
  'drill/audit-killed',
  'system/orchestrator-killed',
  'system/interrupted-start',
  'system/unwritable-log',
  'integration/json-documents',
  'system/restart-limits',
  'chaos/kill-matrix',
  'chaos/commit-and-add',
  'integration/lost-looks',
  'contract/store-twins',
  'integration/cli-every-command',
  'crash/frozen-master',
  'integration/cli-failures',
  'system/clocks-apart',
  'system/control-killed',
  'contract/simulated-gateway',
  'integration/completion',
  'audit/rebuilding',
  'integration/contexts',
  'crash/cluster-away',
  'system/agreement',
  'integration/step-holds',
  'integration/campaigns-doc',
  'contract/ssh-gateway',
  'proving/prove-doc',
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
