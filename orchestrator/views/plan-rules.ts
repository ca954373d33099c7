import { counted } from '../domain/counted.ts';
import type { ruleNames } from './rule-names.ts';
import { approvalWords } from './approval-words.ts';
import { endWords } from './campaign-end.ts';
import { freeTimeRule } from './free-time-words.ts';
import { hookWords } from './hooks.ts';
import { priorityRuleWords } from './server-share-words.ts';
import { remediationRuleWords } from './remediation-words.ts';
import { restartLimitRule } from './restart-words.ts';
import { stopRuleWords } from './stop-words.ts';
import { speedRuleWords } from './speed-words.ts';
import { gateRuleWords, waveSizeWords } from './wave-rules.ts';
import { membershipWords } from './membership-words.ts';
import type { Budgets, CampaignDefinition, Client } from '../../shared/domain/campaign/definition.ts';
import type { RestartPolicy } from '../../shared/domain/rules/policy.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { ladderWords, persistenceWords } from './ladder-words.ts';
import { calendarRules, daysOf, hoursOf } from './calendar-words.ts';

/** One rule of a campaign file in plain words. */
export interface PlanRule {
  readonly rule: (typeof ruleNames)[number];
  readonly says: string;
}

/**
 * What the file says of waves, gates, time, budgets, blockers and restarts: one line each.
 * @param clients the selected clients, so that the words count those that a condition fits
 */
export const planRules = (
  definition: CampaignDefinition,
  clients?: readonly Client[],
): readonly PlanRule[] => [
  ...optional('ticket', definition.ticket ?? null),
  { rule: 'start', says: startWords(definition) },
  ...optional('end', endWords(definition)),
  ...optional('membership', membershipWords(definition)),
  { rule: 'waves', says: waveSizeWords(definition.waves) },
  { rule: 'gates', says: gateRuleWords(definition.waves) },
  ...calendarRules(definition),
  { rule: 'budgets', says: budgetWords(definition.budgets) },
  ...optional('speed', definition.speed === undefined ? null : speedRuleWords(definition.speed)),
  ...optional('priority', definition.priority === undefined ? null : priorityRuleWords(definition.priority)),
  ...optional('freeTime', freeTimeRule(definition.policy)),
  { rule: 'ladder', says: ladderWords(definition.policy, clients) },
  ...optional('persistence', persistenceWords(definition.policy, clients)),
  { rule: 'restart', says: restartWords(definition.policy.restart) },
  ...optional('hooks', hookWords(definition)),
  ...optional('approvals', approvalWords(definition)),
  ...optional('stop', stopRuleWords(definition.stop)),
  ...optional('notify', notifyWords(definition)),
];

/** A rule that not every campaign has. */
const optional = (rule: PlanRule['rule'], says: string | null): readonly PlanRule[] =>
  says === null ? [] : [{ rule, says }];

function startWords({ start, startAt }: CampaignDefinition): string {
  const parts = [
    'when a person starts it',
    ...(startAt === null ? [] : [`not before ${isoOf(startAt)}`]),
    ...(start === 'whenStaged' ? ['not before its release is staged'] : []),
  ];
  return parts.join(', ');
}

const notifyWords = ({ notify }: CampaignDefinition): string | null => {
  if (notify === undefined) return null;
  return notify.to.length === 0 ? 'nobody gets messages' : `messages go to ${notify.to.join(', ')}`;
};

const budgetWords = (budgets: Budgets): string =>
  [
    slotWords(budgets),
    ...remediationRuleWords(budgets.remediations),
    ...restartLimitRule(budgets.restarts),
  ].join('; ');

function slotWords({ active, perLogonServer, maxDownloads }: Budgets): string {
  const slots = `at most ${counted(active, 'client')} at a time, ${perLogonServer} of each logon server`;
  if (maxDownloads === undefined) return slots;
  const { everywhere, at } = maxDownloads;
  const limits = [
    ...(everywhere === null ? [] : [`${everywhere} of each logon server`]),
    ...Object.entries(at).map(([name, most]) => `${most} of ${name}`),
  ];
  return limits.length === 0 ? slots : `${slots}; marked and not proved: at most ${limits.join(', ')}`;
}

function restartWords({ allowed, between }: RestartPolicy): string {
  if (allowed === 'never') return 'servpack restarts no client';
  const who = allowed === 'always' ? 'also while somebody is logged on' : 'only while nobody is logged on';
  const hours = between === null ? '' : `, only ${daysOf(between)} ${hoursOf(between)} by its own clock`;
  return `servpack restarts a client ${who}${hours}`;
}
