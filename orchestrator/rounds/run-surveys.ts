import type { SurveyEnd, SurveyProgress } from '../../shared/domain/survey/survey.ts';
import type { Clock } from '../../shared/clock.ts';
import type { LeaderContext } from '../context.ts';
import { askForLooks, restoreLooks } from '../surveys/ask.ts';
import { endSurvey } from '../surveys/end.ts';
import { everything, isNews } from './news.ts';
import type { Round } from './repeat.ts';

/**
 * Keeps surveys going: asks for further looks where workers have answered some, and ends a survey
 * when all looks are answered or its time is over. A survey that fails does not hold up the others.
 *
 * BullMQ itself brings back the look of a lost worker. The round looks for lost jobs only when the
 * queues hold fewer jobs than looks are without an answer: BullMQ's keys were deleted, or an adding
 * was cut off.
 */
export function runSurveys(): Round {
  /** Surveys that failed in the round before: each failure is logged once. */
  const failing = new Set<string>();
  /** While a survey is open its answers are counted; a new survey is news. */
  let isAnyOpen = false;

  const attempt = async (
    { log }: LeaderContext,
    survey: string,
    run: () => Promise<unknown>,
  ): Promise<void> => {
    try {
      await run();
      failing.delete(survey);
    } catch (error) {
      if (!failing.has(survey)) log.error({ survey, error }, 'failed; tries again');
      failing.add(survey);
    }
  };

  return {
    name: 'surveys',
    run: async (context, news = everything) => {
      if (!isAnyOpen && !isNews(news)) return;
      const { store, dispatcher, clock } = context;
      const names = await store.openSurveys();
      isAnyOpen = names.length > 0;
      if (names.length === 0) return;
      // Counted before the surveys are read: a look that is answered in between does not count as
      // lost.
      const jobs = await dispatcher.looks.count();
      const running: SurveyProgress[] = [];
      for (const name of names)
        await attempt(context, name, async () => {
          const progress = await store.readSurvey(name);
          const end = endOf(progress, clock);
          if (progress !== null && end === null) {
            running.push(progress);
            await askForLooks(context, progress.survey);
          } else if (end !== null) await endSurvey(context, name, progress, end);
        });
      const asked = running.reduce((sum, progress) => sum + progress.asked, 0);
      if (asked <= jobs) return;
      for (const { survey } of running)
        await attempt(context, survey.survey, () => restoreLooks(context, survey));
    },
  };
}

/** How a survey ends now; null while it goes on. An end that broke off is carried through. */
function endOf(progress: SurveyProgress | null, clock: Clock): SurveyEnd | null {
  const by = { by: 'orchestrator', at: clock.now() };
  if (progress === null) return { how: 'expired', ...by };
  if (progress.end !== null) return progress.end;
  if (progress.waiting + progress.asked === 0) return { how: 'done', ...by };
  return clock.realNow() > progress.survey.until ? { how: 'expired', ...by } : null;
}
