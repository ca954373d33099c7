import type { Budgets, CampaignDefinition, Client, Wave } from '../../shared/domain/campaign/definition.ts';
import type { Speed } from '../../shared/domain/campaign/speed.ts';
import { chance } from './machines/chance.ts';
import type { Scenario } from './scenario.ts';

/** A smaller fleet that stands for the whole one, or why there is none. */
export type Thinned =
  | { readonly scenario: Scenario; readonly share: number; readonly says: string }
  | { readonly scenario: null; readonly because: string };

/** A scaled number that is rounded by more than this share would be another limit. */
const roundedAtMost = 0.1;

/** A fleet of so many times the wanted clients serves where a smaller one would be another. */
const wantedTimesAtMost = 4;

/**
 * Keeps whole logon servers, chosen by the seed, until so many clients are left: what holds for one
 * logon server stays as it is. What holds for the whole campaign shrinks by the share of clients.
 * Where a number would be rounded too far, more logon servers are kept.
 */
export function thinned(scenario: Scenario, clientsWanted: number): Thinned {
  const { definition, clients, seed } = scenario;
  if (clients.length <= clientsWanted) return { scenario, share: 1, says: 'the whole fleet' };
  const because = whyWhole(definition);
  if (because !== null) return { scenario: null, because };
  const numbers = scaledNumbers(definition);
  let found: Thinned | null = null;
  for (const kept of smallerFleets(clients, seed, clientsWanted)) {
    const share = kept.length / clients.length;
    if (share > 0.8) break;
    const wrong = numbers.find(({ value }) => isOther(value, share));
    if (wrong === undefined)
      return { scenario: scaledTo(scenario, kept), share, says: saysOf(kept, clients) };
    found ??= {
      scenario: null,
      because: `${wrong.name} of ${wrong.value} would become ${(wrong.value * share).toFixed(2)}`,
    };
  }
  return found ?? { scenario: null, because: 'too few logon servers to leave some of them out' };
}

/** Why no smaller fleet stands for the whole one, whatever its size; null = one may. */
function whyWhole({ waves, budgets }: CampaignDefinition): string | null {
  const byName = waves.find(({ size }) => !('count' in size || 'percent' in size || 'rest' in size));
  if (byName !== undefined) return `wave ${byName.name} names its clients, and some would be missing`;
  return budgets.restarts?.perLabel === undefined
    ? null
    : 'budgets.restarts.perLabel counts clients of several logon servers together';
}

function scaledTo(scenario: Scenario, clients: readonly Client[]): Scenario {
  const share = clients.length / scenario.clients.length;
  return { ...scenario, clients, definition: scaled(scenario.definition, share) };
}

function saysOf(kept: readonly Client[], clients: readonly Client[]): string {
  const share = ((kept.length / clients.length) * 100).toFixed(1);
  const serversOf = (some: readonly Client[]): number =>
    new Set(some.map(({ logonServer }) => logonServer)).size;
  return `${kept.length} of ${clients.length} clients, all of ${serversOf(kept)} of ${serversOf(clients)} logon servers; limits of the whole campaign are ${share} % of their values, those of a logon server stay`;
}

/** Fleets of whole logon servers, the smallest that has the wanted clients first. */
function* smallerFleets(
  clients: readonly Client[],
  seed: string,
  wanted: number,
): Generator<readonly Client[]> {
  const byServer = [...Map.groupBy(clients, ({ logonServer }) => logonServer)].sort(
    ([a], [b]) => chance(seed, 'thinned', a) - chance(seed, 'thinned', b),
  );
  const names = new Set<string>();
  let [count, isFirst] = [0, true];
  for (const [name, own] of byServer) {
    names.add(name);
    count += own.length;
    if (count < wanted) continue;
    if (count > wantedTimesAtMost * wanted && !isFirst) return;
    isFirst = false;
    yield clients.filter(({ logonServer }) => names.has(logonServer));
  }
}

const isOther = (value: number, share: number): boolean => {
  const exact = value * share;
  const rounded = Math.round(exact);
  return rounded < 1 || Math.abs(rounded - exact) > roundedAtMost * exact;
};

interface ScaledNumber {
  readonly name: string;
  readonly value: number;
}

/** The numbers that hold for the whole campaign, and whose rounding would change it. */
function scaledNumbers({ budgets, speed, waves }: CampaignDefinition): readonly ScaledNumber[] {
  const { active, remediations } = budgets;
  return [
    { name: 'budgets.active', value: active },
    ...(remediations?.perHour === undefined
      ? []
      : [{ name: 'budgets.remediations.perHour', value: remediations.perHour }]),
    ...(remediations?.perWave === undefined
      ? []
      : [{ name: 'budgets.remediations.perWave', value: remediations.perWave }]),
    ...speedNumbers(speed),
    ...waves.flatMap(({ name, size }) =>
      'count' in size ? [{ name: `wave ${name}`, value: size.count }] : [],
    ),
  ];
}

function speedNumbers(speed: Speed | undefined): readonly ScaledNumber[] {
  if (speed === undefined) return [];
  if ('startsPerMinute' in speed) return [{ name: 'speed.startsPerMinute', value: speed.startsPerMinute }];
  return [
    { name: 'the first rate of the ramp', value: speed.ramp.from },
    { name: 'the step of the ramp', value: speed.ramp.per },
  ];
}

function scaled(definition: CampaignDefinition, share: number): CampaignDefinition {
  const { budgets, speed, waves } = definition;
  const by = (value: number): number => Math.max(1, Math.round(value * share));
  const { remediations } = budgets;
  const own: Budgets = {
    ...budgets,
    active: by(budgets.active),
    ...(remediations === undefined
      ? {}
      : {
          remediations: {
            ...(remediations.perHour === undefined ? {} : { perHour: by(remediations.perHour) }),
            ...(remediations.perWave === undefined ? {} : { perWave: by(remediations.perWave) }),
          },
        }),
  };
  return {
    ...definition,
    budgets: own,
    ...(speed === undefined ? {} : { speed: scaledSpeed(speed, by) }),
    waves: waves.map((wave): Wave => ({
      ...wave,
      size: 'count' in wave.size ? { count: by(wave.size.count) } : wave.size,
      gate: { ...wave.gate, minSample: Math.ceil(wave.gate.minSample * share) },
    })),
  };
}

const scaledSpeed = (speed: Speed, by: (value: number) => number): Speed =>
  'startsPerMinute' in speed
    ? { startsPerMinute: by(speed.startsPerMinute) }
    : {
        ramp: {
          ...speed.ramp,
          from: by(speed.ramp.from),
          most: by(speed.ramp.most),
          per: by(speed.ramp.per),
        },
      };
