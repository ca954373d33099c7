import { type SurveyEnd, type SurveyProgress, surveyStatus } from '../../shared/domain/survey/survey.ts';
import type { OrchestratorContext } from '../context.ts';
import { surveyAudit } from '../surveys/audit.ts';

/** Looks that workers of a shard are asked for at once: enough for many of them, and a short queue. */
const askedAtMost = 500;
/** Real time after which a look that was asked for is asked for again; one that is under way is not made twice by that. */
const againMs = 30_000;
/** Jobs of larger surveys come after those of smaller ones. */
const largeFrom = 100;

const failing = new WeakMap<OrchestratorContext['log'], Set<string>>();

/**
 * Keeps surveys going: asks for looks where workers have answered some, and again where nobody has, and ends those with nobody left or
 * whose time is over. Level-triggered; jobs are hints, the survey is the truth.
 */
export async function surveyRound(context: OrchestratorContext): Promise<void> {
  for (const name of await context.store.openSurveys()) {
    const names = failing.get(context.log) ?? new Set<string>();
    failing.set(context.log, names);
    try {
      await keepGoing(context, name);
      names.delete(name);
    } catch (error) {
      if (!names.has(name)) context.log.error({ survey: name, error }, 'failed; tries again');
      names.add(name);
    }
  }
}

async function keepGoing(context: OrchestratorContext, name: string): Promise<void> {
  const progress = await context.store.readSurvey(name);
  const end = endOf(context, progress);
  if (end !== null) await endSurvey(context, name, progress, end);
  else await askForLooks(context, name, progress?.survey.total ?? 0);
}

/** Why it ends now; null while it goes on. An end that broke off is carried through. */
function endOf({ clock }: OrchestratorContext, progress: SurveyProgress | null): SurveyEnd | null {
  const by = { by: 'orchestrator', at: clock.now() };
  if (progress === null) return { how: 'expired', ...by };
  if (progress.end !== null) return progress.end;
  if (progress.waiting + progress.asked === 0) return { how: 'done', ...by };
  return Date.now() > progress.survey.until ? { how: 'expired', ...by } : null;
}

/** Ends a survey for a reason, and says in the audit what it found. */
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
  const { total, looked, verdicts } = surveyStatus(progress);
  const { free, current, blocked, server, couldNotLook } = verdicts;
  return `${looked} of ${total} looked at: ${free} free, ${current} current, ${blocked} blocked, ${server} servers, ${couldNotLook} could not be looked at`;
}

/** Asks workers for looks that wait. What can not be added to the queue now is asked for again later. */
export async function askForLooks(
  { store, dispatcher, log }: OrchestratorContext,
  survey: string,
  total: number,
): Promise<void> {
  const looks = await store.askLooks(survey, askedAtMost, againMs);
  if (looks.length === 0) return;
  const again = looks.filter((look) => look.again).length;
  if (again > 0) log.info({ survey, again }, 'looks were not answered; asks again');
  try {
    await dispatcher.addLooks(looks, total > largeFrom);
  } catch (error) {
    log.warn({ survey, error, looks: looks.length }, 'could not add looks; they are asked for again');
  }
}
