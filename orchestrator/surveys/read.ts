import { lookReport, type LookReport } from '../../shared/domain/survey/last-look.ts';
import { type SurveyStatus, surveyStatus } from '../../shared/domain/survey/survey.ts';
import type { FreeTime } from '../../shared/domain/rules/free-time.ts';
import type { Verdict } from '../../shared/domain/observation/verdict.ts';
import { err, ok, type Result } from '../../shared/errors.ts';
import type { SurveyLook } from '../../shared/store/survey-store.ts';
import type { OrchestratorContext } from '../context.ts';
import type { Page, PageQuestion } from '../lists/page.ts';
import { newestFirst, pageOfWhole } from '../lists/whole-list.ts';
import { notFound, type Refusal } from '../refusal.ts';

/** How far a survey is, and what it has found so far. */
export async function readSurvey(
  { store }: OrchestratorContext,
  name: string,
): Promise<Result<SurveyStatus, Refusal>> {
  const progress = await store.readSurvey(name);
  return progress === null ? err(notFound('survey', name)) : ok(surveyStatus(progress));
}

/** A page of the surveys that have not ended or ended in the last week, newest first. */
export async function pageSurveys(
  { store }: OrchestratorContext,
  question: PageQuestion,
): Promise<Result<Page<SurveyStatus>, Refusal>> {
  const surveys = (await store.surveys()).map(surveyStatus);
  const keyOf = ({ at, survey }: SurveyStatus): string => newestFirst(Date.parse(at), survey);
  return pageOfWhole(['surveys'], surveys, keyOf, question);
}

export interface LooksQuestion {
  readonly verdict?: Verdict['kind'] | undefined;
  readonly cursor: string;
  readonly limit: number;
  readonly evidence: boolean;
  /** Also when campaigns have found the clients free. */
  readonly freeTime: boolean;
}

export interface LooksPage {
  readonly looks: readonly (LookReport & {
    readonly evidenceText?: string | null;
    readonly freeTime?: FreeTime;
  })[];
  readonly cursor: string;
  readonly isLast: boolean;
}

/** A page of what a survey found, in the order of the answers; also while it runs. */
export async function listLooks(
  context: OrchestratorContext,
  name: string,
  { verdict, cursor, limit, evidence, freeTime }: LooksQuestion,
): Promise<Result<LooksPage, Refusal>> {
  const { store } = context;
  // Read before the page: an answer that comes in between is on a later page.
  const progress = await store.readSurvey(name);
  if (progress === null) return err(notFound('survey', name));
  const isOver = surveyStatus(progress).status !== 'running';
  const page = await store.surveyLooks(name, cursor, limit);
  const asked = page.looks.filter(({ look }) => verdict === undefined || look.verdict.kind === verdict);
  const fleet = asked.filter(({ isInFleet }) => isInFleet).map(({ name: client }) => client);
  const known = freeTime ? await store.freeTimes(fleet) : new Map<string, FreeTime>();
  const looks = await Promise.all(
    asked.map(async (found) => {
      const counts = found.isInFleet ? known.get(found.name) : undefined;
      return {
        ...(await shown(context, found, evidence)),
        ...(counts === undefined ? {} : { freeTime: counts }),
      };
    }),
  );
  return ok({ looks, cursor: page.cursor, isLast: isOver && page.looks.length < limit });
}

async function shown(
  { store }: OrchestratorContext,
  { name, isInFleet, look }: SurveyLook,
  evidence: boolean,
) {
  const report = lookReport(name, isInFleet, look);
  if (!evidence) return report;
  const text = look.evidence === null ? null : await store.lookEvidence(look.evidence);
  return { ...report, evidenceText: text };
}
