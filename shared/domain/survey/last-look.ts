import { describeBlocker, fingerprint } from '../observation/blocker.ts';
import { describeVerdict, type Remark, remarkWords, type Verdict } from '../observation/verdict.ts';
import { isoOf } from '../time/iso-time.ts';
import type { Counters } from '../outcome/counters.ts';

/** What the newest look of a survey found on one client: small, for one is kept of every client of the fleet. */
export interface LastLook {
  /** Policy time, servpack's own: a client's clock may be wrong. */
  readonly at: number;
  readonly survey: string;
  readonly product: string;
  /** The release that it was held against; null = none. */
  readonly release: string | null;
  readonly verdict: Verdict;
  readonly remarks: readonly Remark[];
  /** The campaign that had the client at that moment, whose work may have changed it since. */
  readonly campaign: string | null;
  /** SHA-256 of the raw evidence; null when there was none. */
  readonly evidence: string | null;
}

/**
 * What one look contributes to the counters of its survey; `blocked|…` and `seen|…` are those that `rankBlockers` reads.
 */
export function countersOfLook({ verdict, remarks, campaign }: LastLook): Counters {
  const counters: Record<string, number> = { [`verdict|${verdict.kind}`]: 1 };
  for (const remark of remarks) counters[`remark|${remark}`] = 1;
  if (campaign !== null) counters['inCampaign'] = 1;
  if (verdict.kind === 'couldNotLook') counters[`failure|${verdict.failure}`] = 1;
  if (verdict.kind !== 'blocked') return counters;
  const names = [...new Set(verdict.blockers.map(fingerprint))].sort();
  counters[`blocked|${names.join(' + ')}`] = 1;
  for (const name of names) counters[`seen|${name}`] = 1;
  if (verdict.movable > 0) counters['movable'] = 1;
  if (verdict.blockers.some((blocker) => blocker.kind === 'service' && blocker.structural))
    counters['structural'] = 1;
  return counters;
}

/** The verdict, and whatever else a person should know of this client, in one line. */
export function describeLook({ verdict, remarks, campaign }: LastLook): string {
  const more = [
    ...remarks.map((remark) => remarkWords[remark]),
    ...(campaign === null ? [] : [`in campaign ${campaign} now`]),
  ];
  return `${describeVerdict(verdict)}${more.length === 0 ? '' : ` [${more.join('; ')}]`}`;
}

/** A look as answers carry it. */
export interface LookReport {
  /** Id of the client, or the host where the fleet does not have it. */
  readonly client: string;
  readonly isInFleet: boolean;
  readonly at: string;
  readonly verdict: Verdict['kind'];
  /** All of it in one line. */
  readonly says: string;
  readonly structural: boolean;
  readonly movable: boolean;
  readonly blockers: readonly string[];
  readonly failure: string | null;
  readonly remarks: readonly Remark[];
  readonly campaign: string | null;
  readonly evidence: string | null;
}

export function lookReport(client: string, isInFleet: boolean, look: LastLook): LookReport {
  const { at, verdict, remarks, campaign, evidence } = look;
  const blockers = verdict.kind === 'blocked' ? verdict.blockers : [];
  return {
    client,
    isInFleet,
    at: isoOf(at),
    verdict: verdict.kind,
    says: describeLook(look),
    structural: blockers.some((blocker) => blocker.kind === 'service' && blocker.structural),
    movable: verdict.kind === 'blocked' && verdict.movable > 0,
    blockers: blockers.map(describeBlocker),
    failure: verdict.kind === 'couldNotLook' ? verdict.failure : null,
    remarks,
    campaign,
    evidence,
  };
}
