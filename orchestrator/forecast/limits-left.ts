import { maxDownloadsAt } from '../../shared/domain/campaign/admission.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import type { DeferralClass, WaitClass } from '../../shared/domain/rules/policy.ts';
import { counted } from '../domain/counted.ts';
import { type PolicyLimit, policyLimits, unlimited } from '../simulation/policy-limits.ts';
import { blockersLeft } from './blockers-left.ts';
import { withDefinition, withDue, withoutWaits } from './easing.ts';
import type { LimitLeft } from './limit-left.ts';
import type { ForecastQuestion } from './question.ts';

/** Every limit that can hold up what is left of a campaign. */
export const limitsLeft = (question: ForecastQuestion): readonly LimitLeft[] => [
  ...policyLimits(question.campaign.definition).flatMap((limit) => policyLimitLeft(question, limit)),
  ...downloadsLeft(question),
  ...blockersLeft(question),
  ...habitsLeft(question),
];

/** Clients that wait for a limit already go on at once without it. */
const freed: Readonly<Record<string, readonly WaitClass[]>> = {
  window: ['window'],
  blackouts: ['window'],
  'restart.between': ['window', 'restart'],
  'restart.allowed': ['restart'],
  remediations: ['remediation'],
  restarts: ['restarts'],
};

/** By key: the wider limit that also ends what this one does. */
export const partOf: Readonly<Record<string, string>> = {
  soak: 'gates',
  health: 'gates',
  remediations: 'blocker',
  'restart.between': 'restart',
  'restart.allowed': 'restart',
};

const gateKeys: Readonly<Record<string, string>> = {
  gates: 'the gate',
  soak: 'the soak of the gate',
  health: 'the health watch of the gate',
};

function policyLimitLeft({ campaign }: ForecastQuestion, { key, limit }: PolicyLimit): readonly LimitLeft[] {
  const gate = gateKeys[key];
  const waves = gatesLeft(campaign);
  if (gate !== undefined && waves.length === 0) return [];
  const [only] = waves;
  const name = gate !== undefined && waves.length === 1 ? `${gate} of wave ${only}` : limit;
  return [
    {
      key,
      limit: name,
      isPolicy: true,
      ...(partOf[key] === undefined ? {} : { within: partOf[key] }),
      ease: (question) => {
        const { definition } = question.campaign;
        const without = policyLimits(definition).find((each) => each.key === key)?.definition ?? definition;
        return withDue(withDefinition(question, without), freed[key] ?? []);
      },
    },
  ];
}

/** The waves whose gates still have to open another wave. */
const gatesLeft = ({ definition, state }: Campaign): readonly string[] =>
  'openWaves' in state
    ? definition.waves.slice(Math.max(0, state.openWaves - 1), -1).map(({ name }) => name)
    : [];

/** So many logon servers, those with most unfinished clients, are looked at one by one. */
const serversAtMost = 3;

function downloadsLeft(question: ForecastQuestion): readonly LimitLeft[] {
  const { budgets } = question.campaign.definition;
  if (budgets.maxDownloads === undefined) return [];
  return serversLeft(question).flatMap((logonServer) => {
    const most = maxDownloadsAt(budgets, logonServer);
    if (most === null) return [];
    return [
      {
        key: `downloads ${logonServer}`,
        limit: `downloads at ${logonServer} (${most})`,
        within: 'maxDownloads',
        ease: (asked: ForecastQuestion) => withDefinition(asked, withoutDownloadsAt(asked, logonServer)),
      },
    ];
  });
}

function serversLeft({ upgrades, waiting }: ForecastQuestion): readonly string[] {
  const unfinished = upgrades.filter(({ upgrade }) => upgrade.state.phase !== 'settled');
  const clients = [...unfinished.map(({ client }) => client), ...waiting.flat()];
  const servers = [...Map.groupBy(clients, ({ logonServer }) => logonServer)];
  return servers
    .toSorted(([a, one], [b, other]) => other.length - one.length || (a < b ? -1 : 1))
    .slice(0, serversAtMost)
    .map(([name]) => name);
}

function withoutDownloadsAt(
  { campaign: { definition } }: ForecastQuestion,
  logonServer: string,
): CampaignDefinition {
  const { budgets } = definition;
  const { everywhere = null, at = {} } = budgets.maxDownloads ?? {};
  const maxDownloads = { everywhere, at: { ...at, [logonServer]: unlimited } };
  return { ...definition, budgets: { ...budgets, maxDownloads } };
}

/** Waits that end by themselves, at the hours of clients and their users. */
const habits: readonly (readonly [key: string, words: string, kinds: readonly DeferralClass[]])[] = [
  ['logon', 'the wait for logons', ['logon', 'load']],
  ['unreachable', 'clients that do not answer', ['unreachable']],
  ['restart', 'restarts that wait for users', ['restart']],
  ['download', 'the wait for downloads', ['download']],
];

/** Waits that no client had so far hold nothing up by the figures of the campaign. */
function habitsLeft({ upgrades }: ForecastQuestion): readonly LimitLeft[] {
  return habits.flatMap(([key, words, kinds]) => {
    const hasWaited = upgrades.some(({ upgrade: { memory } }) =>
      kinds.some((kind) => (memory.history.deferrals[kind] ?? 0) > 0),
    );
    const now = upgrades.filter(
      ({ upgrade: { state } }) => state.phase === 'deferred' && kinds.some((kind) => kind === state.class),
    ).length;
    if (!hasWaited) return [];
    const limit = now === 0 ? words : `${words} (${counted(now, 'client')} now)`;
    const isOver = (_: string, kind: DeferralClass): boolean => kinds.includes(kind);
    return [{ key, limit, ease: (question) => withDue(withoutWaits(question, isOver), kinds) }];
  });
}
