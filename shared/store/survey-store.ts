import type { Client } from '../domain/campaign/definition.ts';
import type { LastLook } from '../domain/survey/last-look.ts';
import type { Survey, SurveyEnd, SurveyProgress } from '../domain/survey/survey.ts';
import type { AuditEntry, Evidence } from './types.ts';

/** A machine to look at: a client of the fleet, or a machine that the fleet does not have. */
export interface SurveyTarget {
  /**
   * Id of a fleet client, else the host or id that was asked for; unique in a survey, holds no `|`.
   */
  readonly name: string;
  /** The machine where the fleet does not have it; null = the fleet client of this id. */
  readonly adHoc: Client | null;
}

/** Names one look of a survey; a job of the looks queue is for one of these. */
export interface LookKey {
  readonly survey: string;
  readonly name: string;
  /** The shard that keeps the look and its job. */
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

/** What a survey found on one machine. */
export interface SurveyLook {
  readonly name: string;
  readonly isInFleet: boolean;
  readonly look: LastLook;
}

/** Real seconds after which an ended survey is forgotten, with its raw evidence. */
export const surveyKeptSeconds = 7 * 24 * 3_600;

/**
 * Surveys, and the last look at each client. Until a target has its answer it is in one of two
 * lists: it waits, or workers were asked for it. A survey takes no lease, no slot and no claim, and
 * no campaign reads it.
 */
export interface SurveyStore {
  /**
   * Writes a survey and all its targets; readers see it only when it is complete.
   * @returns null, and writes nothing, when there is no target
   */
  createSurvey(
    survey: Omit<Survey, 'total'>,
    targets: AsyncIterable<SurveyTarget>,
    audit: (total: number) => AuditEntry,
  ): Promise<SurveyProgress | null>;
  readSurvey(survey: string): Promise<SurveyProgress | null>;
  /** All surveys that are not forgotten yet, newest first. */
  surveys(): Promise<readonly SurveyProgress[]>;
  /** Names of the surveys that have not ended, or whose end broke off half way. */
  openSurveys(): Promise<readonly string[]>;
  /**
   * Asks for waiting targets until each shard has `atMost` looks without an answer; the caller adds
   * their jobs.
   */
  askLooks(survey: string, atMost: number): Promise<readonly LookKey[]>;
  /** All looks of a survey that were asked for and have no answer yet, in no order. */
  askedLooks(survey: string): Promise<readonly LookKey[]>;
  /** Null when the look has its answer already, or its survey has ended. */
  readAskedLook(key: LookKey): Promise<AskedLook | null>;
  /**
   * Writes the answer of a look; the look of a fleet client becomes its last look.
   * @param evidence kept as long as the survey
   * @returns false, and writes nothing, when the look has its answer already or its survey has
   * ended
   */
  putLook(key: LookKey, look: LastLook, evidence: Evidence | null): Promise<boolean>;
  /**
   * Ends a survey and forgets the targets without an answer. The first end counts; a later call
   * only completes it.
   * @returns null when there is no such survey
   */
  endSurvey(survey: string, end: SurveyEnd, audit: AuditEntry): Promise<SurveyProgress | null>;
  /**
   * What a survey found, in the order of the answers, page by page.
   * @param cursor from the page before; empty = from the beginning. While the survey runs, more
   * looks may follow the last page
   * @param limit looks per page, about
   */
  surveyLooks(
    survey: string,
    cursor: string,
    limit: number,
  ): Promise<{ readonly looks: readonly SurveyLook[]; readonly cursor: string }>;
  /** The last looks at these clients in the same order; null where there is none. */
  lastLooks(clients: readonly string[]): Promise<readonly (LastLook | null)[]>;
  /** The raw text of a look; null when it was not kept, or is forgotten. */
  lookEvidence(sha256: string): Promise<string | null>;
}
