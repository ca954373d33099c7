import { describeBlocker, fingerprint } from '../observation/blocker.ts';
import type { Health } from '../observation/health.ts';
import { describeVerdict, type Remark, remarkWords, type Verdict } from '../observation/verdict.ts';
import { isoOf } from '../time/iso-time.ts';
import type { Counters } from '../outcome/counters.ts';

/**
 * What the newest look of a survey found on a client. Kept of every client of the fleet, so it is
 * small.
 */
export interface LastLook {
  /** Policy time, by servpack's clock: a client's clock may be wrong. */
  readonly at: number;
  readonly survey: string;
  readonly product: string;
  /** The release whose files were compared; null = none. */
  readonly release: string | null;
  readonly verdict: Verdict;
  readonly remarks: readonly Remark[];
  /**
   * The campaign that had the client at that moment; its work may have changed the client since.
   */
  readonly campaign: string | null;
  /** SHA-256 of the raw evidence; null when there was none. */
  readonly evidence: string | null;
  /** Left out = its survey does not ask for it. */
  readonly health?: Health;
}

/**
 * What one look adds to the counters of its survey. `rankBlockers` reads `blocked|…` and `seen|…`.
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

/** The verdict and the remarks on this client, in one line. */
export function describeLook({ verdict, remarks, campaign }: LastLook): string {
  const more = [
    ...remarks.map((remark) => remarkWords[remark]),
    ...(campaign === null ? [] : [`in campaign ${campaign} now`]),
  ];
  return `${describeVerdict(verdict)}${more.length === 0 ? '' : ` [${more.join('; ')}]`}`;
}

/** A look as responses of the API carry it. */
export interface LookReport {
  /** Id of the client; the host where the fleet does not have the machine. */
  readonly client: string;
  readonly isInFleet: boolean;
  readonly at: string;
  readonly verdict: Verdict['kind'];
  /** The whole look in one line. */
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
