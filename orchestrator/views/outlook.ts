import { type Blocker, blockerClass, fingerprint } from '../../shared/domain/observation/blocker.ts';
import {
  attemptAt,
  relocatableIn,
  nameOf,
  escalationsOf,
  serviceOf,
} from '../../shared/domain/remediation/escalation-steps.ts';
import { fromNow, spanInWords } from './duration-text.ts';
import { stateWord } from './state-words.ts';
import { procedureWords } from '../../shared/domain/remediation/procedure-words.ts';
import { persistsBecause, type Sighting } from '../../shared/domain/remediation/persistence.ts';
import type { CampaignPolicy, PersistencePolicy, ProductRules } from '../../shared/domain/rules/policy.ts';
import { hasBudget } from '../../shared/domain/rules/policy.ts';
import { ladderOf, persistenceOf } from '../../shared/domain/rules/rule-cases.ts';
import type { Upgrade, UpgradeState } from '../../shared/domain/upgrade/state.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';

interface Context {
  readonly campaign: Campaign;
  /** The policy as it holds for this client; left out = that of its campaign. */
  readonly policy?: CampaignPolicy;
  readonly product: ProductRules | null;
  readonly now: number;
}

type Deferred = Extract<UpgradeState, { phase: 'deferred' }>;

/**
 * Says what follows for a client if its machine does not change: the next step of the ladder, or
 * the rest of the budget. Null where nothing can be foreseen.
 */
export function outlookOf(context: Context, upgrade: Upgrade): string | null {
  const { state, memory } = upgrade;
  switch (state.phase) {
    case 'deferred':
      return ifStillDeferred(context, upgrade, state);
    case 'restarting': {
      const deadline = memory.open.restart?.deadline;
      if (deadline === undefined) return null;
      const { request } = memory;
      const end =
        request?.kind === 'end'
          ? `once it has restarted it ends as ${stateWord(request.ending.end)}, unless it has the release then; `
          : '';
      return `${end}if it has not restarted by ${isoOf(deadline)} (${fromNow(deadline, context.now)}), it fails`;
    }
    case 'remedying':
      return state.journal.direction === 'forward'
        ? `if the client refuses a step, the ${procedureWords[state.journal.procedure]} is undone`
        : 'servpack retries until the service is as it was before; if the client keeps refusing, it needs attention';
    case 'looking':
    case 'marking':
    case 'unmarking':
    case 'updating':
    case 'ordering':
    case 'notifying':
    case 'settled':
      return null;
  }
}

function ifStillDeferred(context: Context, upgrade: Upgrade, state: Deferred): string {
  const { policy = context.campaign.definition.policy } = context;
  const { product } = context;
  if (state.class === 'approval') return withoutAnswer(upgrade, context.now);
  if (state.class === 'remediation')
    return 'it is looked at again, and its remediation begins once the limit has room; this uses up no tries';
  if (state.class === 'restarts')
    return 'the client that frees a slot of a restart wakes it in its turn; this uses up no tries';
  if (state.class === 'hook') return 'nothing begins on it before its hook says go; this uses up no tries';
  const escalation =
    product === null ? null : nextEscalation(policy, product, upgrade, state.blockers, context.now);
  return escalation ?? budgetLeft(policy, upgrade, state);
}

/** What follows when nobody answers the question of this client. */
function withoutAnswer({ memory }: Upgrade, now: number): string {
  const ask = memory.history.approvals?.ask ?? null;
  if (ask === null || ask.until === null)
    return 'nothing begins on it before a person answers; this uses up no tries';
  return now < ask.until
    ? `without an answer the question expires at ${isoOf(ask.until)}; this uses up no tries`
    : `the question has expired at ${isoOf(ask.until)} without an answer; this uses up no tries`;
}

function budgetLeft(policy: CampaignPolicy, upgrade: Upgrade, state: Deferred): string {
  if (!hasBudget(state.class)) return 'it waits for its window without a limit; this uses up no tries';
  const { budget, whenSpent } = policy.deferrals[state.class];
  const left = budget - (upgrade.memory.history.deferrals[state.class] ?? 0);
  const end = whenSpent === 'failed' ? 'the client fails' : 'servpack gives up and asks for you';
  if (left <= 0)
    return `${end} if the next look finds the same: ${budget === 1 ? 'its one try is' : `all ${budget} tries are`} used`;
  return `${end} after ${left} more ${left === 1 ? 'try' : 'tries'} (of ${budget})`;
}

function nextEscalation(
  policy: CampaignPolicy,
  product: ProductRules,
  upgrade: Upgrade,
  blockers: readonly Blocker[],
  now: number,
): string | null {
  const { notifiedAt, tried } = upgrade.memory.history;
  const { sightings } = upgrade.memory.learned;
  const escalations = escalationsOf(product, policy, blockers);
  const next = escalations.find(
    (escalation) => !tried.includes(attemptAt(escalation.procedure, serviceOf(product, escalation))),
  );
  const target = (next ?? escalations[0])?.target ?? relocatableIn(product, blockers);
  if (target === undefined) return null;
  const name = target.kind === 'service' ? target.service : nameOf(target);
  if (next === undefined)
    return `no step of the ladder is left against ${name}: if it persists, the client needs attention`;
  const notice =
    ladderOf(policy, blockerClass(next.target)).includes('notify') && notifiedAt === null
      ? '; logged-on users are notified first'
      : '';
  const what =
    next.procedure === 'replaceAtRestart'
      ? procedureWords.replaceAtRestart
      : `${procedureWords[next.procedure]} of ${name}`;
  const startsWhen = (when: string): string => `${what} starts ${when}${notice}`;
  const noticeLeft = notifiedAt === null ? 0 : notifiedAt + policy.noticeMs - now;
  if (noticeLeft > 0) return startsWhen(`when the notice to the users ends, in ${spanInWords(noticeLeft)}`);
  if (
    notifiedAt !== null ||
    (target.kind === 'service' && target.structural && policy.structural === 'atOnce')
  )
    return startsWhen('at the next look');
  const sighting = sightings[fingerprint(target)];
  if (sighting === undefined) return null;
  const persistence = persistenceOf(policy, blockerClass(target));
  const persists = persistsBecause(persistence, sighting);
  return startsWhen(
    persists === null
      ? whenPersisting(persistence, sighting)
      : `as soon as it can be stopped: it persists (${persists})`,
  );
}

/** What is missing until the blocker counts as persisting; any one condition is enough. */
function whenPersisting(persistence: PersistencePolicy, { looks, restarts, since }: Sighting): string {
  const moreLooks = persistence.looks - looks;
  const moreRestarts = persistence.restarts - restarts;
  return (
    `when ${moreLooks} more ${moreLooks === 1 ? 'look finds' : 'looks find'} it, ` +
    `when it is still there after ${moreRestarts} more ${moreRestarts === 1 ? 'restart' : 'restarts'}, ` +
    `or when it is still there at ${isoOf(since + persistence.afterMs)}`
  );
}
