import { counted } from '../domain/counted.ts';
import {
  type SurveyEnd,
  type SurveyProgress,
  type SurveyStatus,
  reachedIn,
  surveyStatus,
} from '../../shared/domain/survey/survey.ts';
import { err, ok, type Result } from '../../shared/errors.ts';
import type { OrchestratorContext } from '../context.ts';
import { notFound, type Refusal } from '../refusal.ts';
import { surveyAudit } from './audit.ts';

/**
 * Ends a survey at once for a person: answers of looks under way are thrown away, and no other
 * machine is looked at. A survey that is done, or has ended, stays as it is.
 */
export async function cancelSurvey(
  context: OrchestratorContext,
  who: string,
  name: string,
): Promise<Result<SurveyStatus, Refusal>> {
  const progress = await context.store.readSurvey(name);
  if (progress === null) return err(notFound('survey', name));
  const status = surveyStatus(progress);
  if (status.status !== 'running') return ok(status);
  const end = { how: 'cancelled', by: who, at: context.clock.now() } as const;
  const ended = await endSurvey(context, name, progress, end);
  return ended === null ? err(notFound('survey', name)) : ok(surveyStatus(ended));
}

/**
 * Ends a survey, and says in the audit what it found.
 * @param progress null = the survey does not exist any more
 * @returns the survey as it has ended; null when it does not exist
 */
export async function endSurvey(
  { store, log }: OrchestratorContext,
  name: string,
  progress: SurveyProgress | null,
  end: SurveyEnd,
): Promise<SurveyProgress | null> {
  const because = progress === null ? 'it is not there any more' : foundInWords(progress);
  const step = { who: end.by, at: end.at, from: 'looking', to: end.how, because };
  const ended = await store.endSurvey(name, end, surveyAudit({ survey: name }, step));
  log.info({ survey: name, by: end.by, because }, end.how);
  return ended;
}

function foundInWords(progress: SurveyProgress): string {
  const status = surveyStatus(progress);
  const { total, verdicts } = status;
  const { free, current, blocked, server, couldNotLook } = verdicts;
  return `${reachedIn(status)} of ${total} looked at: ${free} free, ${current} current, ${blocked} blocked, ${counted(server, 'server')}, ${couldNotLook} could not be looked at`;
}
