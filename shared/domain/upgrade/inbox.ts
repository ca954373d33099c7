import type { Rules } from '../rules/policy.ts';
import { withoutPlan } from './closed-window.ts';
import { decide } from './decide.ts';
import type { UpgradeEvent } from './events.ts';
import type { Upgrade } from './state.ts';

/** What comes into the inbox of an upgrade: the report of a client, or the request of a person. */
export type InboxEvent =
  | { readonly type: 'CheckedIn' }
  | Extract<UpgradeEvent, { readonly type: 'EndRequested' }>;

/** A person's request, as opposed to a client's report. */
export const isEndRequest = (message: InboxEvent): message is Extract<InboxEvent, { type: 'EndRequested' }> =>
  message.type === 'EndRequested';

/** The next state of an upgrade, and why. */
export interface Planned {
  readonly upgrade: Upgrade;
  readonly because: string;
}

/**
 * The plan after each message of the inbox was decided on.
 * @param before the upgrade from which the plan was made
 * @param now policy time in milliseconds
 */
export function afterInbox(
  rules: Rules,
  before: Upgrade,
  planned: Planned,
  inbox: readonly InboxEvent[],
  now: number,
): Planned {
  let { upgrade, because } = planned;
  // What the transition was about to begin has not begun: an end is decided on where the client is.
  if (inbox.some(isEndRequest)) upgrade = withoutPlan(before, upgrade);
  for (const message of inbox) {
    const event: UpgradeEvent = isEndRequest(message) ? message : { type: message.type };
    const decision = decide(rules, upgrade, event, now);
    if (decision.kind === 'changed') ({ upgrade, because } = decision);
  }
  return { upgrade, because };
}

/**
 * The event with which an activation begins. A resting upgrade whose client has checked in was
 * woken by the check-in, not by its timer.
 */
export function firstEventOf({ state }: Upgrade, inbox: readonly InboxEvent[]): UpgradeEvent {
  const isAtRest = state.phase === 'deferred' || state.phase === 'restarting';
  return { type: isAtRest && inbox.some(({ type }) => type === 'CheckedIn') ? 'CheckedIn' : 'Activated' };
}
