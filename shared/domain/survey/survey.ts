import { type RankedBlocker, rankBlockers } from '../outcome/ranking.ts';
import { type Remark, remarks, type verdictKinds } from '../observation/verdict.ts';
import { isoOf } from '../time/iso-time.ts';
import type { Counters } from '../outcome/counters.ts';

/** Looks once at each of many machines, and changes nothing on any. */
export interface Survey {
  readonly survey: string;
  /** The person who asked, as in the audit. */
  readonly by: string;
  /** Policy time. */
  readonly at: number;
  /** The machines in words: `the fleet, label ward`. */
  readonly what: string;
  readonly product: string;
  /**
   * The text of the operator's product profile when the survey began; left out = the built-in
   * profile.
   */
  readonly profile?: string;
  /** The release whose files are compared; null = none. */
  readonly release: string | null;
  /** Real time at which the survey ends, with or without all answers. */
  readonly until: number;
  /** True = the raw evidence of its looks is kept, too. */
  readonly keepsEvidence: boolean;
  /** True = its looks also say whether an upgraded client is still healthy; left out = not. */
  readonly asksHealth?: true;
  readonly total: number;
}

/** `done`: every look has its answer. `expired`: its time was over first. */
export interface SurveyEnd {
  readonly how: 'done' | 'cancelled' | 'expired';
  readonly by: string;
  /** Policy time. */
  readonly at: number;
}

/**
 * How far a survey is: targets that wait, targets that workers were asked for, and what was found.
 */
export interface SurveyProgress {
  readonly survey: Survey;
  readonly end: SurveyEnd | null;
  readonly waiting: number;
  readonly asked: number;
  readonly counters: Counters;
}

export type VerdictCounts = Readonly<Record<(typeof verdictKinds)[number], number>>;

/** What the looks found, summed up. All counts are clients. */
export interface Findings {
  readonly verdicts: VerdictCounts;
  /**
   * Blocked by a service that starts by itself from the component directory: waiting does not help.
   */
  readonly structural: number;
  /** Blocked by a service that the product profile can move. */
  readonly movable: number;
  /** In a campaign at that moment. */
  readonly inCampaign: number;
  readonly remarks: Readonly<Partial<Record<Remark, number>>>;
  /** How many clients could not be looked at, by kind of failure. */
  readonly failures: Readonly<Record<string, number>>;
  /** First the blocker whose removal sets most clients free. */
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
  /** Machines with an answer, also with the answer that nobody could look. */
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

const lookedIn = ({ verdicts }: Findings): number =>
  Object.values(verdicts).reduce((sum, count) => sum + count, 0);

/** The machines that a look has reached: an answer that none could look is no look. */
export const reachedIn = (findings: Findings): number => lookedIn(findings) - findings.verdicts.couldNotLook;

export function surveyStatus({ survey, end, waiting, asked, counters }: SurveyProgress): SurveyStatus {
  const findings = findingsOf(counters);
  const { by, at, what, product, release, total } = survey;
  // All looks have their answers; the leader only has not written the end yet.
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
