import { drawTrait } from './machines/create.ts';
import type { Trait } from './machines/traits.ts';
import { policyLimits } from './policy-limits.ts';
import type { Scenario } from './scenario.ts';

/** Something that can hold a campaign up, and the same scenario without it. */
export interface Limit {
  /** Names the limit: the same for every seed. */
  readonly key: string;
  /** What it is, with its value: `concurrent upgrades per logon server (25)`. */
  readonly limit: string;
  readonly without: Scenario;
}

/** Every limit of a scenario that can hold its campaign up, each left out for itself. */
export function limitsOf(scenario: Scenario): readonly Limit[] {
  return [
    ...policyLimits(scenario.definition).map(({ key, limit, definition }) => ({
      key,
      limit,
      without: { ...scenario, definition },
    })),
    ...approvalLimits(scenario),
    ...blockerLimits(scenario),
  ];
}

function approvalLimits(scenario: Scenario): readonly Limit[] {
  const { definition, approvalMs } = scenario;
  const { approvals, waves } = definition;
  const isAsked = approvals !== undefined || waves.some(({ gate }) => gate.approval === true);
  if (!isAsked || approvalMs === 0) return [];
  return [{ key: 'approvals', limit: 'the wait for approvals', without: { ...scenario, approvalMs: 0 } }];
}

/** The trait of each client, as its machine has it. */
export const traitsIn = ({ clients, seed, traits }: Scenario): ReadonlyMap<string, Trait> =>
  new Map(
    clients.map((client) => [
      client.client,
      traits[client.client] ?? drawTrait({ seed, traits: 'usual' }, client),
    ]),
  );

/** What is in the way of clients, by the traits of machines that have it. */
const obstacles: readonly (readonly [obstacle: string, traits: readonly Trait[]])[] = [
  ['the PCM service in the component directory', ['pcmInBin', 'pcmBusy', 'staysHome']],
  ['programs that users leave open', ['userProgram']],
  ['clients that are switched off for days', ['offlineForDays']],
];

function blockerLimits(scenario: Scenario): readonly Limit[] {
  const known = traitsIn(scenario);
  return obstacles.flatMap(([obstacle, found]) => {
    const blocked = [...known].filter(([, trait]) => found.includes(trait));
    if (blocked.length === 0) return [];
    const freed = Object.fromEntries(blocked.map(([client]) => [client, 'free' as const]));
    const limit = `${obstacle} (${blocked.length} ${blocked.length === 1 ? 'client' : 'clients'})`;
    return [{ key: obstacle, limit, without: { ...scenario, traits: { ...scenario.traits, ...freed } } }];
  });
}
