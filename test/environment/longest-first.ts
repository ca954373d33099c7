import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Seconds that the longest files take beside three others, on two cores: the order in which they
 * begin. A file that is missing here counts as a short one, and begins later than it could.
 */
export const longest: Readonly<Record<string, number>> = {
  'drill/idle': 111,
  'chaos/chaos': 74,
  'drill/restore-drill': 69,
  'crash/redis-outages': 66,
  'system/demo': 65,
  'gateways/hostile-clients': 62,
  'drill/hold': 61,
  'system/orchestrator-killed': 60,
  'system/rolling-restart': 57,
  'browser/states': 52,
  'system/bench': 51,
  'chaos/kill-matrix': 50,
  'browser/screens': 49,
  'system/up': 45,
  'drill/audit-killed': 41,
  'chaos/commit-and-add': 41,
  'metrics/scrape': 39,
  'contract/redis-store': 38,
  'events/stream': 38,
  'api/answers': 36,
  'browser/roles': 35,
  'system/unwritable-log': 34,
  'browser/journey': 31,
  'system/interrupted-start': 30,
  'system/control-killed': 29,
  'browser/report': 28,
  'integration/cli-failures': 25,
  'system/restart-limits': 25,
  'integration/json-documents': 24,
  'integration/four-eyes': 24,
  'audit/rebuilding': 23,
  'proving/seeded-policies': 22,
  'browser/fleet': 21,
  'crash/frozen-master': 21,
  'system/clocks-apart': 20,
  'integration/lost-looks': 20,
  'browser/settings': 20,
  'integration/cli-every-command': 19,
  'forecast/thread': 19,
  'integration/step-holds': 19,
  'system/agreement': 19,
  'upgrade/side-by-side': 18,
  'contract/simulated-gateway': 18,
  'forward/killed': 17,
  'events/failover': 17,
  'forecast/stored': 17,
  'browser/wall': 17,
  'integration/own-tls': 16,
  'system/two-orchestrators': 16,
  'integration/completion': 16,
  'simulation/engine': 16,
  'input/never-throws': 16,
  'forecast/forecast': 15,
  'integration/gateway-faults': 15,
  'integration/client-hooks': 15,
  'integration/simulate-doc': 14,
  'upgrade/upgrade': 14,
  'crash/cluster-away': 14,
  'system/pause': 14,
  'integration/redis-loss': 14,
  'contract/ssh-gateway': 13,
  'architecture/growth': 13,
  'system/secrets': 13,
  'integration/cli-refusals': 13,
  'integration/traces': 12,
  'contract/store-twins': 12,
  'integration/client-certificates': 12,
  'lookback/looking-back': 11,
  'integration/embedded-redis-search': 11,
  'browser/live': 11,
  'input/fleet-csv': 11,
  'audit/tampering': 11,
  'events/readers': 11,
  'integration/schedules': 11,
  'integration/doctor-redis': 10,
  'system/notices-killed': 10,
  'integration/narrow-screens': 10,
  'integration/joining-clients': 10,
  'proving/prove-doc': 10,
  'integration/every-screen': 10,
  'browser/plan': 10,
  'browser/supply': 10,
  'api/limits': 10,
  'integration/unwritable-redis': 9,
  'forecast/properties': 9,
  'browser/bulk': 8,
  'integration/cli-watch': 8,
  'system/client-hooks-killed': 7,
  'system/interrupted-run': 7,
  'system/large-fleet': 7,
  'system/check-in-storm': 6,
  'system/unwritable-audit': 5,
  'system/bench-ssh': 5,
  'crash/lossy-node': 5,
};
const shortTakes = 1.5;

const nameOf = ({ moduleId }: TestSpecification): string =>
  /\/test\/(.*)\.test\.ts$/.exec(moduleId)?.[1] ?? '';

const secondsOf = (file: TestSpecification): number => longest[nameOf(file)] ?? shortTakes;

/**
 * Folders whose tests mostly wait for processes, leases and rounds: a half of a processor each. The
 * others compute nearly all of the time.
 */
const waiting = new Set(['crash', 'system', 'chaos', 'drill']);

const isWaiting = (file: TestSpecification): boolean => waiting.has(nameOf(file).split('/')[0] ?? '');

/** Files in their order, each with the share of their time that is over before it begins. */
function placed(files: readonly TestSpecification[]) {
  const all = files.reduce((sum, file) => sum + secondsOf(file), 0);
  let before = 0;
  return files.map((file) => {
    const at = before / all;
    before += secondsOf(file);
    return { file, at };
  });
}

/**
 * The longest files first, so that none ends alone. Those that wait are spread evenly in time among
 * those that compute, so that no processor is without work, and few installations run at once.
 * Short files stay with their project, whose workers keep the code that they have loaded.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = (await super.sort(files)).toSorted((a, b) => secondsOf(b) - secondsOf(a));
    const waits = placed(sorted.filter(isWaiting));
    const computes = placed(sorted.filter((file) => !isWaiting(file)));
    return [...waits, ...computes].toSorted((a, b) => a.at - b.at).map(({ file }) => file);
  }
}
