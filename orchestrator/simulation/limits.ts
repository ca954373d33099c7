import type { CampaignDefinition, Gate, Wave } from '../../shared/domain/campaign/definition.ts';
import type { CampaignPolicy } from '../../shared/domain/rules/policy.ts';
import { drawTrait } from './machines/create.ts';
import type { Trait } from './machines/traits.ts';
import type { Scenario } from './scenario.ts';

/** Something that can hold a campaign up, and the same scenario without it. */
export interface Limit {
  /** Names the limit: the same for every seed. */
  readonly key: string;
  /** What it is, with its value: `concurrent upgrades per logon server (25)`. */
  readonly limit: string;
  readonly without: Scenario;
}

const unlimited = 1_000_000;

/** Every limit of a scenario that can hold its campaign up, each left out for itself. */
export function limitsOf(scenario: Scenario): readonly Limit[] {
  const { definition } = scenario;
  const without: Without = (key, limit, change) => ({
    key,
    limit,
    without: { ...scenario, definition: { ...definition, ...change } },
  });
  return [
    ...budgetLimits(definition, without),
    ...timeLimits(definition, without),
    ...gateLimits(definition, without),
    ...approvalLimits(scenario),
    ...blockerLimits(scenario),
  ];
}

type Without = (key: string, limit: string, change: Partial<CampaignDefinition>) => Limit;

function budgetLimits({ budgets, speed }: CampaignDefinition, without: Without): readonly Limit[] {
  const { maxDownloads, remediations, restarts, ...slots } = budgets;
  const { active, perLogonServer } = slots;
  const together = restarts === undefined ? {} : { restarts };
  const downloads = maxDownloads === undefined ? {} : { maxDownloads };
  const limited = remediations === undefined ? {} : { remediations };
  const most = maxDownloads?.everywhere ?? null;
  return [
    without('active', `concurrent upgrades of the campaign (${active})`, {
      budgets: { ...budgets, active: unlimited },
    }),
    without('perLogonServer', `concurrent upgrades per logon server (${perLogonServer})`, {
      budgets: { ...budgets, perLogonServer: unlimited },
    }),
    ...(maxDownloads === undefined
      ? []
      : [
          without('maxDownloads', `downloads per logon server${most === null ? '' : ` (${most})`}`, {
            budgets: { ...slots, ...limited, ...together },
          }),
        ]),
    ...(remediations === undefined
      ? []
      : [
          without('remediations', 'the limit of remediations', {
            budgets: { ...slots, ...downloads, ...together },
          }),
        ]),
    ...(restarts === undefined
      ? []
      : [
          without('restarts', 'the limit of restarts at the same time', {
            budgets: { ...slots, ...limited, ...downloads },
          }),
        ]),
    ...(speed === undefined
      ? []
      : [without('speed', 'the speed of starts', { speed: { startsPerMinute: unlimited } })]),
  ];
}

function timeLimits({ policy, calendar }: CampaignDefinition, without: Without): readonly Limit[] {
  const { windows, blackouts, ...others } = calendar ?? {};
  const { restart } = policy;
  const changed = (change: Partial<CampaignPolicy>) => ({ policy: { ...policy, ...change } });
  const noWindows = { ...others, ...(blackouts === undefined ? {} : { blackouts }) };
  const noBlackouts = { ...others, ...(windows === undefined ? {} : { windows }) };
  return [
    ...(policy.window === null && windows === undefined
      ? []
      : [
          without('window', 'the window', {
            ...changed({ window: null }),
            ...(calendar === undefined ? {} : { calendar: noWindows }),
          }),
        ]),
    ...(blackouts === undefined ? [] : [without('blackouts', 'the blackouts', { calendar: noBlackouts })]),
    ...(restart.between === null
      ? []
      : [
          without(
            'restart.between',
            'the hours of restarts',
            changed({ restart: { ...restart, between: null } }),
          ),
        ]),
    ...(restart.allowed === 'nobodyLoggedOn'
      ? [
          without(
            'restart.allowed',
            'restarts only while nobody is logged on',
            changed({ restart: { ...restart, allowed: 'always' } }),
          ),
        ]
      : []),
  ];
}

function gateLimits({ waves }: CampaignDefinition, without: Without): readonly Limit[] {
  if (waves.length < 2) return [];
  const withGates = (key: string, limit: string, open: (gate: Gate) => Gate): Limit =>
    without(key, limit, { waves: waves.map((wave): Wave => ({ ...wave, gate: open(wave.gate) })) });
  const soaks = waves.some(({ gate }) => gate.soakMs !== undefined);
  const watches = waves.some(({ gate }) => gate.health !== undefined);
  const open: Gate = { settledPercent: 0, notOkPercent: 100, minSample: 0 };
  return [
    withGates('gates', 'the gates between waves', () => open),
    ...(soaks ? [withGates('soak', 'the soak of gates', withoutSoak)] : []),
    ...(watches ? [withGates('health', 'the health watch of gates', withoutHealth)] : []),
  ];
}

function withoutSoak({ soakMs: _soak, ...gate }: Gate): Gate {
  return gate;
}

function withoutHealth({ health: _health, ...gate }: Gate): Gate {
  return gate;
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
