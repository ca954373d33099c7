import { type RankedBlocker, rankBlockers } from '../outcome/ranking.ts';
import { type Remark, remarks, type verdictKinds } from '../observation/verdict.ts';
import { isoOf } from '../time/iso-time.ts';
import type { Counters } from '../outcome/counters.ts';

/** One look at each of some machines, which changes nothing on any of them. */
export interface Survey {
  readonly survey: string;
  /** Who asked, as in the audit. */
  readonly by: string;
  /** Policy time. */
  readonly at: number;
  /** What was asked for, in words: `the fleet, label ward`. */
  readonly what: string;
  readonly product: string;
  /** The product profile as it was when this was asked for, where an operator wrote it; left out = the built-in one. */
  readonly profile?: string;
  /** The release that files are held against; null = none. */
  readonly release: string | null;
  /** Real time: it ends then, whoever has not been looked at. */
  readonly until: number;
  /** The raw texts are kept for a while, too. */
  readonly keepsEvidence: boolean;
  readonly total: number;
}

/** `done`: nobody is left. `expired`: its time was over. */
export interface SurveyEnd {
  readonly how: 'done' | 'cancelled' | 'expired';
  readonly by: string;
  /** Policy time. */
  readonly at: number;
}

/** How far a survey is: who waits, for whom a worker was asked, and what was found. */
export interface SurveyProgress {
  readonly survey: Survey;
  readonly end: SurveyEnd | null;
  readonly waiting: number;
  readonly asked: number;
  readonly counters: Counters;
}

export type VerdictCounts = Readonly<Record<(typeof verdictKinds)[number], number>>;

/** What looks found, summed up. All counts are clients. */
export interface Findings {
  readonly verdicts: VerdictCounts;
  /** Blocked by a service that starts by itself out of the component directory: waiting can not clear it. */
  readonly structural: number;
  /** Blocked by a service that the product's profile knows how to move. */
  readonly movable: number;
  /** A campaign had them at that moment. */
  readonly inCampaign: number;
  readonly remarks: Readonly<Partial<Record<Remark, number>>>;
  /** Why clients could not be looked at. */
  readonly failures: Readonly<Record<string, number>>;
  /** The one that sets most clients free first. */
  readonly blockers: readonly RankedBlocker[];
}

export interface SurveyStatus extends Findings {
  readonly survey: string;
  readonly status: 'running' | SurveyEnd['how'];
  readonly by: string;
  readonly at: string;
  readonly what: string;
  readonly product: string;
  readonly release: string | null;
  readonly total: number;
  readonly looked: number;
  readonly endedBy: string | null;
  readonly endedAt: string | null;
}

export function findingsOf(counters: Counters): Findings {
  const verdict = (kind: keyof VerdictCounts): number => counters[`verdict|${kind}`] ?? 0;
  const found = remarks.flatMap((remark): [Remark, number][] => {
    const count = counters[`remark|${remark}`] ?? 0;
    return count === 0 ? [] : [[remark, count]];
  });
  const failures = Object.entries(counters).flatMap(([name, count]): [string, number][] =>
    name.startsWith('failure|') ? [[name.slice('failure|'.length), count]] : [],
  );
  return {
    verdicts: {
      free: verdict('free'),
      current: verdict('current'),
      blocked: verdict('blocked'),
      server: verdict('server'),
      couldNotLook: verdict('couldNotLook'),
    },
    structural: counters['structural'] ?? 0,
    movable: counters['movable'] ?? 0,
    inCampaign: counters['inCampaign'] ?? 0,
    remarks: Object.fromEntries(found),
    failures: Object.fromEntries(failures),
    blockers: rankBlockers(counters),
  };
}

export const lookedIn = ({ verdicts }: Findings): number =>
  Object.values(verdicts).reduce((sum, count) => sum + count, 0);

export function surveyStatus({ survey, end, waiting, asked, counters }: SurveyProgress): SurveyStatus {
  const findings = findingsOf(counters);
  const { by, at, what, product, release, total } = survey;
  // Nobody is left: the leading round has only not written it down yet.
  const status = end?.how ?? (waiting + asked === 0 ? 'done' : 'running');
  return {
    survey: survey.survey,
    status,
    by,
    at: isoOf(at),
    what,
    product,
    release,
    total,
    looked: lookedIn(findings),
    endedBy: end?.by ?? null,
    endedAt: end === null ? null : isoOf(end.at),
    ...findings,
  };
}
