import { maxDownloadsAt, roomToBegin } from '../../shared/domain/campaign/admission.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { holdAt } from '../../shared/domain/campaign/hold.ts';
import { downloadsIn } from '../../shared/domain/outcome/counters.ts';
import {
  type BegunRemediation,
  type RemediationLimits,
  type SpentLimit,
  spentLimit,
} from '../../shared/domain/rules/remediation-limits.ts';
import type { FullPlace } from '../../shared/domain/rules/restart-limits.ts';
import { remediationBegun } from '../../shared/domain/upgrade/await-remediation.ts';
import { beginsSomething } from '../../shared/domain/upgrade/placement.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';

/**
 * What the store checks before a job begins and before it takes a commit, for one campaign alone.
 * The simulation and the proof of a policy keep records of their own, and ask here. The store asks
 * the same in Lua: `begin.lua`, `commit.lua`, `take-remediation.lua`.
 */

/** What is in use when the store decides. */
export interface Standing {
  readonly campaign: Campaign;
  /** Slots of the whole campaign. */
  readonly slotsInUse: number;
  slotsAt(logonServer: string): number;
  /** A counter of the campaign by its name. */
  count(name: string): number | undefined;
  /** The remediations that have begun. */
  readonly begun: readonly BegunRemediation[];
}

/** What the record of an upgrade says before a job begins, or before a commit. */
export interface Recorded {
  readonly finishing: boolean;
  readonly logonServer: string;
}

/** Has neither the campaign nor the logon server a slot left? */
export function isFull(standing: Standing, logonServer: string): boolean {
  const { active, perLogonServer } = standing.campaign.definition.budgets;
  return standing.slotsInUse >= active || standing.slotsAt(logonServer) >= perLogonServer;
}

/**
 * May nothing new begin on one more client of a logon server?
 * @param own slots that the upgrade in question holds there
 */
export function isClosed(standing: Standing, logonServer: string, own: 0 | 1): boolean {
  const { campaign } = standing;
  if (holdAt(campaign, logonServer) !== null) return true;
  const most = maxDownloadsAt(campaign.definition.budgets, logonServer);
  if (most === null) return false;
  const slots = standing.slotsAt(logonServer) - own;
  const downloads = downloadsIn((name) => standing.count(name), logonServer);
  return roomToBegin(most, { ...downloads, slots, isStaged: true }) <= 0;
}

const isRunning = ({ campaign }: Standing): boolean => campaign.state.status === 'running';

/** May a job begin? One that may not is parked. */
export function mayDrive(
  standing: Standing,
  { finishing, logonServer }: Recorded,
  holdsSlots: boolean,
): boolean {
  if (!isRunning(standing) && !finishing) return false;
  if (!holdsSlots && isFull(standing, logonServer)) return false;
  return finishing || !isClosed(standing, logonServer, holdsSlots ? 1 : 0);
}

/** May nothing begin now on the client of this record, which was seen at this logon server? */
export function isHeld(
  standing: Standing,
  { finishing, logonServer: own }: Recorded,
  seenAt: string,
): boolean {
  const { campaign } = standing;
  if (!isRunning(standing) || holdAt(campaign, seenAt) !== null) return true;
  if (finishing) return false;
  if (own === seenAt) return isClosed(standing, seenAt, 1);
  const { perLogonServer } = campaign.definition.budgets;
  return standing.slotsAt(seenAt) >= perLogonServer || isClosed(standing, seenAt, 0);
}

/** Why the store refuses a commit. */
export type RefusedCommit =
  | { readonly kind: 'full'; readonly full: FullPlace }
  | { readonly kind: 'spent'; readonly spent: SpentLimit }
  /** The campaign or the logon server lets nothing begin. */
  | { readonly kind: 'held' };

/** A commit that the store is asked to take. */
export interface AskedCommit {
  readonly recorded: Recorded;
  readonly planned: Upgrade;
  /** Left out = any number of remediations may begin. */
  readonly limits: RemediationLimits | undefined;
  readonly at: number;
  /** Takes the slot of a restart, if the commit needs one; else the place that has no room. */
  readonly takeRestart: () => FullPlace | null;
}

/** Why the store refuses the commit, in the order in which it asks; null = it takes it. */
export function whyRefused(standing: Standing, asked: AskedCommit): RefusedCommit | null {
  const { recorded, planned, limits } = asked;
  const full = asked.takeRestart();
  if (full !== null) return { kind: 'full', full };
  if (!beginsSomething(planned)) return null;
  const remediation = remediationOf(asked);
  const spent =
    limits === undefined || remediation === null ? null : spentLimit(limits, standing.begun, remediation);
  if (spent !== null) return { kind: 'spent', spent };
  return isHeld(standing, recorded, planned.logonServer) ? { kind: 'held' } : null;
}

/** The remediation that a commit begins, where the campaign limits them; null = none. */
export function remediationOf({
  planned,
  limits,
  at,
}: Pick<AskedCommit, 'planned' | 'limits' | 'at'>): BegunRemediation | null {
  const name = limits === undefined ? null : remediationBegun(planned);
  return name === null ? null : { name, wave: planned.wave, at };
}

/** With one more remediation; one that begins again counts once, by its newest time. */
export const withBegun = (
  begun: readonly BegunRemediation[],
  more: BegunRemediation,
): readonly BegunRemediation[] => [...begun.filter(({ name }) => name !== more.name), more];
