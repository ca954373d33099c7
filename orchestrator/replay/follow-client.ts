import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Ending } from '../../shared/domain/outcome/ending.ts';
import { leftSelection } from '../../shared/domain/campaign/membership.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import type { Rules } from '../../shared/domain/rules/policy.ts';
import { approvalAnswered } from '../../shared/domain/upgrade/approval.ts';
import { decide } from '../../shared/domain/upgrade/decide.ts';
import type { Decision, UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import { afterInbox, type InboxEvent } from '../../shared/domain/upgrade/inbox.ts';
import { newUpgrade, type Upgrade, type UpgradeState } from '../../shared/domain/upgrade/state.ts';
import type { KeptEntry } from '../../shared/store/seal-store.ts';
import { requestsOf } from '../domain/approval-requests.ts';
import { cancelOrderOf } from '../domain/cancel-order.ts';
import { retry, undo, unmark } from '../domain/reopen.ts';
import { type EntryFacts, eventsBefore } from './client-events.ts';
import type { Member } from './history.ts';

/**
 * How the state after an entry is known. `decided`: the decider says the same again. `stays`: the
 * entry says that nothing may begin now. `taken`: the audit does not hold what the decision rests
 * on, so the state is as the entry says.
 */
export interface Followed {
  readonly upgrade: Upgrade;
  readonly how: 'decided' | 'stays' | 'taken';
  /** What led to it; left out = a person, the campaign or a hook did, or it is not known. */
  readonly event?: UpgradeEvent;
}

interface Question {
  readonly campaign: Campaign;
  readonly rules: Rules;
  readonly member: Member;
  /** Null = the client has waited until now. */
  readonly before: Upgrade | null;
  readonly facts: EntryFacts;
  /** The record of now, where this entry is the last one of the client; else null. */
  readonly record: Upgrade | null;
}

/** The upgrade of a client after an entry about it. */
export function followClient(question: Question): Followed {
  const { before, member, facts } = question;
  const { entry } = facts;
  const fresh = newUpgrade(member.client, member.wave, member.logonServer);
  if (before === null && entry.to === 'looking') return { upgrade: fresh, how: 'decided' };
  const found = again(question, before ?? fresh);
  if (found !== null) return found;
  const upgrade = before ?? fresh;
  if (entry.to === upgrade.state.phase) return { upgrade, how: 'stays' };
  return { upgrade: takenFrom(question, upgrade), how: 'taken' };
}

/** The decision of this entry, made again; null = nothing that may have happened leads to it. */
function again(question: Question, before: Upgrade): Followed | null {
  const { rules, facts } = question;
  const { entry } = facts;
  const isEntry = (decision: Pick<Planned, 'upgrade' | 'because'>): boolean =>
    decision.upgrade.state.phase === entry.to && isSameText(decision.because, entry.because);
  for (const event of eventsBefore(rules, before, facts)) {
    const decision = decide(rules, before, event, entry.at);
    if (decision.kind === 'changed' && isEntry(decision))
      return { upgrade: decision.upgrade, how: 'decided', event };
    for (const inbox of inboxes(question)) {
      const planned =
        decision.kind === 'changed' ? decision : { upgrade: before, because: '', kind: 'changed' as const };
      const next = afterInbox(rules, before, planned, inbox, entry.at);
      if (next.because !== planned.because && isEntry(next))
        return { upgrade: next.upgrade, how: 'decided', event };
    }
  }
  for (const decision of asked(question, before))
    if (decision !== null && isEntry(decision)) return { upgrade: decision.upgrade, how: 'decided' };
  return null;
}

type Planned = Extract<Decision, { kind: 'changed' }>;

/** Why a client leaves a campaign ends with what changed the fleet. */
const becauseLeft = /; (?:imported by .+|the fleet has changed)$/u;

/** What may have come into the inbox meanwhile. */
function inboxes(question: Question): readonly (readonly InboxEvent[])[] {
  return [[{ type: 'CheckedIn' }], ...endings(question).map((ending) => [ending])];
}

/** The ends that people or the campaign may have asked for. */
function endings({
  campaign,
  facts: { entry },
}: Question): readonly Extract<UpgradeEvent, { type: 'EndRequested' }>[] {
  const order = cancelOrderOf(campaign);
  const { because } = entry;
  const skipped: Ending = { end: 'skipped', cause: 'by hand', because, blockers: [] };
  const left: Ending = { end: 'cancelled', cause: leftSelection, because, blockers: [] };
  const wanted = [
    ...(order === null ? [] : [order.ending]),
    ...(because.startsWith('skipped by ') ? [skipped] : []),
    ...(becauseLeft.test(because) ? [left] : []),
  ];
  return wanted.map((ending) => ({ type: 'EndRequested', ending }));
}

/** What people asked of this client, or answered. */
function asked(
  question: Question,
  before: Upgrade,
): readonly (Pick<Planned, 'upgrade' | 'because'> | null)[] {
  const { rules, facts, campaign } = question;
  const { entry } = facts;
  const words = entry.because.slice(entry.because.indexOf(': ') + 2);
  const reason = words.slice(words.indexOf(': ') + 2);
  const reopenings = [retry(before, words), undo(before, entry.who, words), unmark(before, words)];
  const { attempt, memory } = before;
  const of = memory.history.approvals?.ask?.attempt ?? '';
  const answers = requestsOf(campaign).flatMap(({ subject, answer }) =>
    answer !== undefined && 'remediation' in subject ? [{ ...answer, forAll: subject.remediation }] : [],
  );
  const own = (['approved', 'rejected'] as const).flatMap((is) =>
    [{}, { reason: words }, { reason }].map((why) => ({
      is,
      by: entry.who,
      at: entry.at,
      attempt,
      of,
      ...why,
    })),
  );
  return [
    ...endings(question).map((event) => changed(decide(rules, before, event, entry.at))),
    ...reopenings.map((each) => (each.kind === 'reopened' ? each : null)),
    ...[...answers, ...own].map((answer) => changed(approvalAnswered(before, answer))),
  ];
}

const changed = (decision: Decision): Planned | null => (decision.kind === 'changed' ? decision : null);

const instant = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/gu;

/** A commit comes a moment after its decision: the moments in its words may differ by that. */
const isSameText = (one: string, other: string): boolean =>
  one === other || one.replace(instant, '') === other.replace(instant, '');

/** The state as the entry says. What the entry does not say is not success. */
function takenFrom({ facts: { entry }, record }: Question, before: Upgrade): Upgrade {
  if (record !== null && record.state.phase === entry.to) return record;
  return { ...before, state: stateOf(entry, before) };
}

function stateOf({ to, at, because }: KeptEntry, { state }: Upgrade): UpgradeState {
  switch (to) {
    case 'marking':
    case 'unmarking':
    case 'updating':
    case 'looking':
      return { phase: to };
    case 'ordering':
      return { phase: to, cause: 'mark' };
    case 'restarting':
      return { phase: to, nextLook: at };
    case 'notifying':
      return { phase: to, blockers: [] };
    case 'deferred':
      return { phase: to, class: 'couldNotLook', until: at, because, blockers: [] };
    case 'remedying':
      return state.phase === 'remedying' ? state : { phase: 'looking' };
    case 'settled':
      return { phase: to, at, end: 'needsAttention', cause: 'not known', because, blockers: [] };
    default:
      throw new Error(`the audit names the state ${to} at ${isoOf(at)}, which no upgrade has`);
  }
}
