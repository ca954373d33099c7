import type { CampaignDefinition, Gate, Wave } from '../../shared/domain/campaign/definition.ts';
import type { CampaignPolicy } from '../../shared/domain/rules/policy.ts';

/** A limit that a campaign file sets, and the same campaign without it. */
export interface PolicyLimit {
  /** Names the limit, whatever its value is. */
  readonly key: string;
  /** What it is, with its value: `concurrent upgrades per logon server (25)`. */
  readonly limit: string;
  readonly definition: CampaignDefinition;
}

/** As good as no limit. */
export const unlimited = 1_000_000;

/** Every limit of a campaign file that can hold its campaign up, each left out for itself. */
export function policyLimits(definition: CampaignDefinition): readonly PolicyLimit[] {
  const without: Without = (key, limit, change) => ({
    key,
    limit,
    definition: { ...definition, ...change },
  });
  return [
    ...budgetLimits(definition, without),
    ...timeLimits(definition, without),
    ...gateLimits(definition, without),
  ];
}

type Without = (key: string, limit: string, change: Partial<CampaignDefinition>) => PolicyLimit;

function budgetLimits({ budgets, speed }: CampaignDefinition, without: Without): readonly PolicyLimit[] {
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

function timeLimits({ policy, calendar }: CampaignDefinition, without: Without): readonly PolicyLimit[] {
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

function gateLimits({ waves }: CampaignDefinition, without: Without): readonly PolicyLimit[] {
  if (waves.length < 2) return [];
  const withGates = (key: string, limit: string, open: (gate: Gate) => Gate): PolicyLimit =>
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
