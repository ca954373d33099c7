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

/**
 * Keeps whole logon servers, chosen by the seed, until so many clients are left: what holds for one
 * logon server stays as it is. What holds for the whole campaign shrinks by the share of clients.
 */
export function thinned(scenario: Scenario, clientsWanted: number): Thinned {
  const { definition, clients, seed } = scenario;
  if (clients.length <= clientsWanted) return { scenario, share: 1, says: 'the whole fleet' };
  const kept = keptOf(clients, seed, clientsWanted);
  const share = kept.length / clients.length;
  if (share > 0.8) return { scenario: null, because: 'too few logon servers to leave some of them out' };
  const byName = definition.waves.find(
    ({ size }) => !('count' in size || 'percent' in size || 'rest' in size),
  );
  if (byName !== undefined)
    return { scenario: null, because: `wave ${byName.name} names its clients, and some would be missing` };
  if (definition.budgets.restarts?.perLabel !== undefined)
    return {
      scenario: null,
      because: 'budgets.restarts.perLabel counts clients of several logon servers together',
    };
  const numbers = scaledNumbers(definition);
  const wrong = numbers.find(({ value }) => isOther(value, share));
  if (wrong !== undefined)
    return {
      scenario: null,
      because: `${wrong.name} of ${wrong.value} would become ${(wrong.value * share).toFixed(2)}`,
    };
  const servers = new Set(kept.map(({ logonServer }) => logonServer)).size;
  const all = new Set(clients.map(({ logonServer }) => logonServer)).size;
  return {
    scenario: { ...scenario, clients: kept, definition: scaled(definition, share) },
    share,
    says: `${kept.length} of ${clients.length} clients, all of ${servers} of ${all} logon servers; limits of the whole campaign are ${(share * 100).toFixed(1)} % of their values, those of a logon server stay`,
  };
}

function keptOf(clients: readonly Client[], seed: string, wanted: number): readonly Client[] {
  const byServer = [...Map.groupBy(clients, ({ logonServer }) => logonServer)].sort(
    ([a], [b]) => chance(seed, 'thinned', a) - chance(seed, 'thinned', b),
  );
  const names = new Set<string>();
  let count = 0;
  for (const [name, own] of byServer) {
    if (count >= wanted) break;
    names.add(name);
    count += own.length;
  }
  return clients.filter(({ logonServer }) => names.has(logonServer));
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
