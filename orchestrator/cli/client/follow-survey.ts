import { setTimeout as delay } from 'node:timers/promises';
import type { z } from 'zod';
import type { SurveyStatus } from '../../../shared/domain/survey/survey.ts';
import type { Result } from '../../../shared/errors.ts';
import { surveyAnswer, surveyLooksAnswer } from '../../http/schemas/surveys.ts';
import type { Refusal } from '../../refusal.ts';
import { type ApiClient, surveyPath } from './api-client.ts';

export type Look = z.output<typeof surveyLooksAnswer>['looks'][number];

const everyMs = 300;
const pageSize = 1_000;

/**
 * Passes each look of a survey to `take` until the survey ends, then returns its status. When
 * `signal` fires the survey is cancelled, so that nothing keeps running unseen.
 */
export async function followSurvey(
  api: ApiClient,
  survey: string,
  query: Readonly<Record<string, string | boolean | undefined>>,
  signal: AbortSignal,
  take: (looks: readonly Look[]) => Promise<void>,
): Promise<Result<SurveyStatus, Refusal>> {
  let cursor = '';
  for (;;) {
    if (signal.aborted) return api.post(surveyAnswer, surveyPath(survey, '/cancel'));
    const page = await api.get(surveyLooksAnswer, surveyPath(survey, '/looks'), {
      ...query,
      cursor,
      limit: pageSize,
    });
    if (!page.ok) return page;
    ({ cursor } = page.value);
    await take(page.value.looks);
    if (page.value.isLast) return api.get(surveyAnswer, surveyPath(survey));
    await delay(page.value.looks.length === 0 ? everyMs : 0, undefined, { signal }).catch(() => undefined);
  }
}

/** Whether every machine of the survey was looked at. */
export const lookedAtAll = ({ status, verdicts }: SurveyStatus): boolean =>
  status === 'done' && verdicts.couldNotLook === 0;
