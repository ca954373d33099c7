import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import { type CampaignEnd, isForced, isOver } from '../../shared/domain/rules/campaign-end.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { isFinishing } from '../../shared/domain/upgrade/placement.ts';
import { hasBegun } from '../../shared/domain/upgrade/beyond-end.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';

/** The end of a campaign, as a status shows it. */
export interface EndStatus {
  readonly at: string;
  readonly does: CampaignEnd['does'];
  readonly says: string;
}

const follows: Readonly<Record<CampaignEnd['does'], string>> = {
  finish:
    'no client begins any more: clients on which nothing has begun are cancelled, the others are finished',
  cancel: 'the campaign is aborted',
  force: 'the window and logged-on users no longer hold a client',
};

/** What `endAt` and `atEnd` mean; null = the campaign has no end of its own. */
export const endWords = ({ policy: { end } }: CampaignDefinition): string | null =>
  end === undefined ? null : `from ${isoOf(end.at)} on ${follows[end.does]}`;

/** Left out where the campaign has no end of its own, or is over. */
export function endStatusOf({ definition, state }: Campaign): { readonly end?: EndStatus } {
  const { end } = definition.policy;
  const says = endWords(definition);
  if (end === undefined || says === null || state.status === 'ended' || state.status === 'aborted') return {};
  return { end: { at: isoOf(end.at), does: end.does, says } };
}

/** What a deadline ends, and what it never ends. Nothing for other ends. */
export function deadlineWarnings({ policy }: CampaignDefinition): readonly string[] {
  const { end, window, restart } = policy;
  if (end?.does !== 'force') return [];
  const holdsNobody = window === null && restart.allowed !== 'nobodyLoggedOn' && restart.between === null;
  if (holdsNobody)
    return [
      'atEnd: force has no effect: the campaign has no window, and no client waits for its users or for hours',
    ];
  const restarts =
    restart.allowed === 'never'
      ? 'servpack still restarts no client'
      : 'clients are restarted while somebody works on them, and at any hour';
  return [
    `from ${isoOf(end.at)} on the update begins outside the window, and ${restarts}; a pause, a halt, a held logon server, budgets, gates and proofs hold as before`,
  ];
}

/** Why nothing begins any more on a client that waits; null = something may. */
export function whyOverFor({ definition, state }: Campaign, now: number): string | null {
  const { end } = definition.policy;
  const isGoing = state.status === 'running' || state.status === 'paused';
  if (end === undefined || !isGoing || !isOver(definition.policy, now)) return null;
  return `the campaign was to end at ${isoOf(end.at)}: no client begins any more, and this one ends as cancelled`;
}

/** What the end of its campaign means for a client that has not settled. */
export function endRemarks(
  { definition, state }: Campaign,
  upgrade: Upgrade,
  now: number,
): readonly string[] {
  const { end } = definition.policy;
  if (end === undefined || upgrade.state.phase === 'settled' || state.status === 'aborted') return [];
  if (isForced(definition.policy, now))
    return [
      `the deadline of the campaign ${isoOf(end.at)} has passed: its window and logged-on users no longer hold the client; a pause, a halt and a held logon server do`,
    ];
  if (end.does === 'force')
    return [`from ${isoOf(end.at)} on its window and logged-on users no longer hold the client`];
  if (now < end.at) return [`the campaign ends at ${isoOf(end.at)}: ${follows[end.does]}`];
  return hasBegun(upgrade) || isFinishing(upgrade)
    ? [`the campaign was to end at ${isoOf(end.at)}; work in progress on the client is completed`]
    : [`the campaign was to end at ${isoOf(end.at)}: the client ends as cancelled`];
}
