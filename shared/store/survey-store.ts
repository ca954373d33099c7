import type { Client } from '../domain/campaign/definition.ts';
import type { LastLook } from '../domain/survey/last-look.ts';
import type { Survey, SurveyEnd, SurveyProgress } from '../domain/survey/survey.ts';
import type { AuditEntry, Evidence } from './types.ts';

/** A machine to look at: a client of the fleet by its id, or one that the fleet does not have. */
export interface SurveyTarget {
  /** Id of a fleet client, else the host or the id by which it was asked for; unique within a survey, without a bar. */
  readonly name: string;
  /** Null = the client of the fleet with this id. */
  readonly adHoc: Client | null;
}

/** Names one look of a survey, as its job does. */
export interface LookKey {
  readonly survey: string;
  readonly name: string;
  /** Where its place in the survey is kept, and its job. */
  readonly shard: number;
}

/** A look that was asked for and has no answer yet: what a worker needs to make it. */
export interface AskedLook {
  readonly survey: Survey;
  /** Null when the fleet does not have the client any more: Redis lost something. */
  readonly client: Client | null;
  /** The campaign that has the client now. */
  readonly campaign: string | null;
}

/** One line of what a survey found. */
export interface SurveyLook {
  readonly name: string;
  readonly isInFleet: boolean;
  readonly look: LastLook;
}

/** After this a survey that has ended is forgotten, with the raw texts it kept; real seconds. */
export const surveyKeptSeconds = 7 * 24 * 3_600;

/**
 * Surveys and the last look at each client. A target is in one of two places until it has been looked at: it waits, or a worker was asked
 * for it. Nothing here takes a lease, a slot or a claim, and no campaign reads any of it.
 */
export interface SurveyStore {
  /** Writes a survey and all its targets, or, when there are none, nothing: then null. Nobody sees it before it is whole. */
  createSurvey(
    survey: Omit<Survey, 'total'>,
    targets: AsyncIterable<SurveyTarget>,
    audit: (total: number) => AuditEntry,
  ): Promise<SurveyProgress | null>;
  readSurvey(survey: string): Promise<SurveyProgress | null>;
  /** Those that are not forgotten yet, newest first. */
  surveys(): Promise<readonly SurveyProgress[]>;
  /** Names of those that have not ended, or whose end was not carried through. */
  openSurveys(): Promise<readonly string[]>;
  /** Asks for waiting targets until each shard has `atMost` looks without an answer; the caller adds their jobs. */
  askLooks(survey: string, atMost: number): Promise<readonly LookKey[]>;
  /** All looks of a survey that were asked for and have no answer yet, in no order. */
  askedLooks(survey: string): Promise<readonly LookKey[]>;
  /** Null when the look has its answer already, or its survey has ended. */
  readAskedLook(key: LookKey): Promise<AskedLook | null>;
  /**
   * Writes what was found, once: false, and nothing is written, when it is not asked for any more. A fleet client's becomes its last look.
   * @param evidence is kept as long as the survey
   */
  putLook(key: LookKey, look: LastLook, evidence: Evidence | null): Promise<boolean>;
  /**
   * Ends a survey: the first end counts, and is carried through again by every later one. Whoever has not been looked at is forgotten.
   */
  endSurvey(survey: string, end: SurveyEnd, audit: AuditEntry): Promise<SurveyProgress | null>;
  /**
   * What a survey found, in the order in which it was found.
   * @param cursor from the page before; empty = from the beginning. There may be more behind the last page as long as it runs
   * @param limit about so many
   */
  surveyLooks(
    survey: string,
    cursor: string,
    limit: number,
  ): Promise<{ readonly looks: readonly SurveyLook[]; readonly cursor: string }>;
  /** In the same order; null for clients that nobody has looked at. */
  lastLooks(clients: readonly string[]): Promise<readonly (LastLook | null)[]>;
  /** The raw text of a look of a survey that kept it; null when it is forgotten, or never was kept. */
  lookEvidence(sha256: string): Promise<string | null>;
}
