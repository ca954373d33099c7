import type { Campaign } from '../domain/campaign/campaign.ts';
import type { Counters } from '../domain/outcome/counters.ts';
import { sizeOf, statesBy } from '../domain/outcome/states.ts';
import type { AuditEntry, CampaignRecord, WaitingClient } from './types.ts';

/** What happens to one client that waits in a campaign, or does not belong to it yet. */
export interface MemberStep {
  /** Where the client must wait now; null = the campaign must not know the client. */
  readonly from: WaitingClient | null;
  /** Where the client waits afterwards; null = the campaign forgets the client. */
  readonly to: WaitingClient | null;
  /** Why, for the audit. */
  readonly because: string;
}

/** `to` of the audit entry with which a client leaves, and `from` of that with which one joins. */
export const leftTo = 'outside';
/** `to` of the audit entry with which a client waits in a campaign, or in another wave. */
export const waitsTo = 'waiting';

/** The audit entry of a step; person and time are those of the whole change. */
export const entryOfStep = (step: MemberStep, { at, campaign, who }: AuditEntry): AuditEntry => ({
  at,
  campaign,
  client: clientOfStep(step),
  who,
  from: step.from === null ? leftTo : waitsTo,
  to: step.to === null ? leftTo : waitsTo,
  because: step.because,
  evidence: null,
});

export interface MembersChanged {
  /** The campaign with the sizes that its waves have now. */
  readonly record: CampaignRecord;
  readonly changed: readonly string[];
  /**
   * Clients that were left as they are: admitted meanwhile, claimed by another campaign, waiting
   * elsewhere, or not in the fleet.
   */
  readonly passedOver: readonly string[];
}

/** How many clients one script changes. Redis answers no other client meanwhile. */
export const memberPiece = 200;

/** A step is about one client. */
export const clientOfStep = ({ from, to }: MemberStep): string => (to ?? from)?.client ?? '';

/**
 * The campaign while its clients change: each wave counts as large as it may become, so that no
 * gate and no end can come too early.
 */
export function changingMembers(
  next: Campaign,
  version: number,
  steps: readonly MemberStep[],
  at: number,
): Campaign {
  const waveSizes = [...next.waveSizes];
  for (const { to } of steps) {
    if (to === null) continue;
    while (waveSizes.length <= to.wave) waveSizes.push(0);
    waveSizes[to.wave] = (waveSizes[to.wave] ?? 0) + 1;
  }
  return { ...next, waveSizes, memberChange: { id: version + 1, clients: sum(next.waveSizes), at } };
}

/**
 * The campaign after the change, with the sizes that its counters give. Where clients join by
 * themselves, the difference is how many have joined or left: a change has only the one or the
 * other.
 */
export function membersCounted({ memberChange, ...campaign }: Campaign, counters: Counters): Campaign {
  const states = statesBy(counters, 'wave');
  const waveSizes = campaign.waveSizes.map((_, wave) => {
    const found = states.get(String(wave));
    return found === undefined ? 0 : sizeOf(found);
  });
  const { members } = campaign;
  if (members === undefined || memberChange === undefined) return { ...campaign, waveSizes };
  const by = sum(waveSizes) - memberChange.clients;
  const { joined, left } = members;
  return {
    ...campaign,
    waveSizes,
    members: { ...members, joined: joined + Math.max(0, by), left: left + Math.max(0, -by) },
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);
