import type { Survey } from '../../shared/domain/survey/survey.ts';
import type { LookKey } from '../../shared/store/survey-store.ts';
import type { OrchestratorContext } from '../context.ts';

/**
 * So many looks of a survey are in the queue of a shard at once: enough for many workers, a short
 * queue.
 */
const askedAtMost = 500;
/** Jobs of larger surveys come after those of smaller ones. */
const largeFrom = 100;

/**
 * Asks workers for looks of a survey that wait. A job that cannot be added now is added by the
 * round that runs surveys.
 */
export async function askForLooks(
  context: OrchestratorContext,
  { survey, total }: Pick<Survey, 'survey' | 'total'>,
): Promise<void> {
  const looks = await context.store.askLooks(survey, askedAtMost);
  if (looks.length === 0) return;
  try {
    await addJobs(context, looks, total);
  } catch (error) {
    context.log.warn({ survey, error, looks: looks.length }, 'could not add looks; the next round adds them');
  }
}

/** Adds the jobs again of looks that have lost theirs. Throws while Redis is unavailable. */
export async function restoreLooks(
  context: OrchestratorContext,
  { survey, total }: Pick<Survey, 'survey' | 'total'>,
): Promise<void> {
  const { store, dispatcher, log } = context;
  const lost = await dispatcher.looks.withoutJob(await store.askedLooks(survey));
  if (lost.length === 0) return;
  log.info({ survey, looks: lost.length }, 'looks had lost their jobs; adds them again');
  await addJobs(context, lost, total);
}

const addJobs = (
  { dispatcher }: OrchestratorContext,
  looks: readonly LookKey[],
  total: number,
): Promise<void> => dispatcher.looks.add(looks, total > largeFrom);
