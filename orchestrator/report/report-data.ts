import type { CampaignReport } from '../views/report.ts';
import type { Tallied } from './tally.ts';

/** A step of the campaign itself, from the audit. */
export interface ReportedStep {
  readonly at: string;
  readonly who: string;
  readonly from: string;
  readonly to: string;
  readonly because: string;
}

/** The newest block of the audit that is known to stand in a file. */
export interface SealHead {
  readonly shard: number;
  readonly block: number;
  readonly head: string;
}

/** Everything that a report for people is made of. */
export interface ReportData {
  /** Without its clients. */
  readonly report: CampaignReport;
  readonly tallied: Tallied;
  /** Which clients were chosen, in words. */
  readonly selection: string;
  /** Which of them were taken out again, in words; null = none. */
  readonly exclusions: string | null;
  readonly steps: readonly ReportedStep[];
  /** How many further steps there were. */
  readonly moreSteps: number;
  readonly seals: readonly SealHead[];
  /** By client that is named in the report: who is responsible for it. */
  readonly owners: ReadonlyMap<string, string>;
  /** A list of all clients that goes with the report. */
  readonly list: { readonly file: string; readonly sha256: string } | null;
}
