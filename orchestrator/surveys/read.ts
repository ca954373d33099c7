import { lookReport, type LookReport } from '../../shared/domain/last-look.ts';
import { type SurveyStatus, surveyStatus } from '../../shared/domain/survey.ts';
import type { Verdict } from '../../shared/domain/verdict.ts';
import { err, ok, type Result } from '../../shared/errors.ts';
import type { SurveyLook } from '../../shared/store/surveying.ts';
import type { Office } from '../office.ts';
import { notFound, type Refusal } from '../refusal.ts';
import { endSurvey } from './round.ts';

/** Where a survey stands, and what it has found so far. */
export async function readSurvey({ store }: Office, name: string): Promise<Result<SurveyStatus, Refusal>> {
  const progress = await store.readSurvey(name);
  return progress === null ? err(notFound('survey', name)) : ok(surveyStatus(progress));
}

/** Newest first; those of the last week. */
export const listSurveys = async ({ store }: Office): Promise<readonly SurveyStatus[]> =>
  (await store.surveys()).map(surveyStatus);

/** Ends it at once: looks under way are thrown away, and nobody else is looked at. One that has ended stays as it ended. */
export async function cancelSurvey(
  office: Office,
  who: string,
  name: string,
): Promise<Result<SurveyStatus, Refusal>> {
  const progress = await office.store.readSurvey(name);
  if (progress === null) return err(notFound('survey', name));
  if (progress.end !== null) return ok(surveyStatus(progress));
  const end = { how: 'cancelled', by: who, at: office.clock.now() } as const;
  const ended = await endSurvey(office, name, progress, end);
  return ended === null ? err(notFound('survey', name)) : ok(surveyStatus(ended));
}

export interface LooksQuestion {
  readonly verdict?: Verdict['kind'] | undefined;
  readonly cursor: string;
  readonly limit: number;
  readonly evidence: boolean;
}

export interface LooksPage {
  readonly looks: readonly (LookReport & { readonly evidenceText?: string | null })[];
  readonly cursor: string;
  readonly isLast: boolean;
}

/** What a survey found, a page at a time, in the order in which it was found; also while it runs. */
export async function listLooks(
  office: Office,
  name: string,
  { verdict, cursor, limit, evidence }: LooksQuestion,
): Promise<Result<LooksPage, Refusal>> {
  const { store } = office;
  // Read first: what is found after this is on a later page.
  const progress = await store.readSurvey(name);
  if (progress === null) return err(notFound('survey', name));
  const isOver = surveyStatus(progress).status !== 'running';
  const page = await store.surveyLooks(name, cursor, limit);
  const asked = page.looks.filter(({ look }) => verdict === undefined || look.verdict.kind === verdict);
  const looks = await Promise.all(asked.map((found) => shown(office, found, evidence)));
  return ok({ looks, cursor: page.cursor, isLast: isOver && page.looks.length < limit });
}

async function shown({ store }: Office, { name, isInFleet, look }: SurveyLook, evidence: boolean) {
  const report = lookReport(name, isInFleet, look);
  if (!evidence) return report;
  const text = look.evidence === null ? null : await store.lookEvidence(look.evidence);
  return { ...report, evidenceText: text };
}
