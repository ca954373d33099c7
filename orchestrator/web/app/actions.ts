import { statusClause } from '../../../shared/domain/campaign/status-words.ts';
import { marksOf, willInstallWords } from '../../views/marks.ts';
import { abortQuestion } from '../../views/questions/abort.ts';
import type { Question } from '../../views/questions/question.ts';
import { acceptQuestion, failuresIn, whenMissed } from '../../views/questions/resume.ts';
import { startQuestion, whenOfStart } from '../../views/questions/start.ts';
import { undoQuestion } from '../../views/questions/undo.ts';
import { unmarkQuestion } from '../../views/questions/unmark.ts';
import type { GuardedCommand } from '../../../shared/domain/campaign/command-request.ts';
import type { AskedFirst, Changed, Reopened, Status, SurveyForecast } from './answers.ts';
import type { App } from './app.ts';
import type { Ask, Confirmed } from './dialogs.ts';
import { localText } from './format.ts';
import type { ApiProblem, Asked } from './problem.ts';
import { inProgress } from './states.ts';
import { texts } from './texts.ts';

/** What the buttons do. Each opens a question with the words of the command of the same name. */

export const campaignPath = (name: string, what = ''): string =>
  `v1/campaigns/${encodeURIComponent(name)}${what}`;

const { ask: words, done } = texts;

/** Says on the page why nothing came of it. */
export const showProblem = (app: App, { detail }: ApiProblem): void =>
  void (app.note.value = { ok: false, says: detail });

/** One sentence for what came of it, and everything on the screen is asked again. */
export async function ended<T>(
  app: App,
  asked: Promise<Asked<T>>,
  says: (value: T) => string,
): Promise<Confirmed> {
  const answer = await asked;
  void app.live.refresh();
  if (!answer.ok) return { ok: false, says: `${done.failed}: ${answer.problem.detail}` };
  const { asked: question } = answer.value as Partial<AskedFirst>;
  if (question !== undefined) return { ok: true, says: done.asked(question.id) };
  return { ok: true, says: says(answer.value) };
}

/** What the button of a command says: whether it acts, or asks another person first. */
export const actOrAsk = ({ session }: App, command: GuardedCommand, act: string): string =>
  session.person.value?.fourEyes.includes(command) === true ? words.first : act;

const changedWords = ({ campaign, status, because }: Changed): string =>
  `Campaign ${campaign} ${statusClause[status]}: ${because}`;

const change = (app: App, name: string, what: string, body?: unknown): Promise<Confirmed> =>
  ended<Changed>(app, app.api.post(campaignPath(name, what), body), changedWords);

/** The question of a command as a dialog, in the reader's time zone. */
export const asDialog = (app: App, { lines, answer }: Question): Pick<Ask, 'lines' | 'answer'> => ({
  lines: lines.map((line) => localText(line, app.prefs.zone.value)),
  answer,
});

export const given = (reason: string): { readonly reason?: string } => (reason === '' ? {} : { reason });

export async function startCampaign(app: App, status: Status): Promise<void> {
  const { campaign } = status;
  const forecast = await app.api.get<SurveyForecast>(campaignPath(campaign, '/forecast'));
  if (!forecast.ok) return showProblem(app, forecast.problem);
  const question = startQuestion(status, forecast.value, { when: whenOfStart(status), verb: 'start' });
  return app.dialogs.ask({
    ...asDialog(app, question),
    title: `Start ${campaign}`,
    reason: 'none',
    button: 'Start',
    run: () => change(app, campaign, '/start'),
  });
}

export function pauseCampaign(app: App, status: Status): void {
  const { campaign, release, states } = status;
  const marks = marksOf(status);
  app.dialogs.ask({
    title: `Pause ${campaign}`,
    lines: [
      ...words.pause(inProgress(states) - states.deferred),
      ...(marks === null ? [] : [`${willInstallWords(marks, release)}.`]),
      words.undoPause,
    ],
    reason: 'required',
    button: 'Pause',
    run: ({ reason }) => change(app, campaign, '/pause', { reason }),
  });
}

export async function resumeCampaign(app: App, status: Status): Promise<void> {
  const { campaign, paused } = status;
  const base = { title: `Resume ${campaign}`, reason: 'optional', button: 'Resume' } as const;
  const resume = (body: object): Promise<Confirmed> => change(app, campaign, '/resume', body);
  if (paused !== null && paused.missed !== null) {
    const forecast = await app.api.get<SurveyForecast>(campaignPath(campaign, '/forecast'));
    if (!forecast.ok) return showProblem(app, forecast.problem);
    const about = { when: whenMissed(status), verb: 'start it now' };
    return app.dialogs.ask({
      ...base,
      ...asDialog(app, startQuestion(status, forecast.value, about)),
      overrides: paused.by,
      run: ({ reason, override }) => resume({ ...given(reason), override, startNow: true }),
    });
  }
  if (paused?.byGate === true)
    return app.dialogs.ask({
      ...base,
      ...asDialog(app, acceptQuestion(status)),
      run: ({ reason }) => resume({ ...given(reason), override: false, acceptFailures: failuresIn(status) }),
    });
  return app.dialogs.ask({
    ...base,
    lines: [words.resume],
    ...(paused === null ? {} : { overrides: paused.by }),
    run: ({ reason, override }) => resume({ ...given(reason), override }),
  });
}

export function abortCampaign(app: App, status: Status): void {
  const question = abortQuestion(status);
  if (question === null) return;
  const { campaign } = status;
  app.dialogs.ask({
    ...asDialog(app, question),
    title: `Abort ${campaign}`,
    reason: 'required',
    button: actOrAsk(app, 'abort', 'Abort'),
    isDangerous: true,
    run: ({ reason }) =>
      ended(
        app,
        app.api.post(campaignPath(campaign, '/abort'), { reason }),
        () => `${campaign} was aborted.`,
      ),
  });
}

/** Clients of an ended or running campaign, all at once. */
export function retryFailed(app: App, status: Status): void {
  const { campaign, states } = status;
  app.dialogs.ask({
    title: `Retry in ${campaign}`,
    lines: words.retry(states.failed, states.needsAttention),
    reason: 'optional',
    button: 'Retry',
    run: ({ reason }) =>
      ended<Reopened>(
        app,
        app.api.post(campaignPath(campaign, '/retry'), { which: 'failed', ...given(reason) }),
        ({ reopened, passedOver }) => texts.bulk.retry.done(reopened, passedOver),
      ),
  });
}

export function takeMarksBack(app: App, status: Status): void {
  const question = unmarkQuestion(status);
  if (question === null) return;
  bulk(app, status, question, { title: 'Take marks back', what: 'unmark', says: done.unmarked });
}

export function moveServicesBack(app: App, status: Status): void {
  const question = undoQuestion(status);
  if (question === null) return;
  bulk(app, status, question, { title: 'Move services back', what: 'undo', says: done.undone });
}

function bulk(
  app: App,
  { campaign }: Status,
  question: Question,
  {
    title,
    what,
    says,
  }: {
    readonly title: string;
    readonly what: 'unmark' | 'undo';
    readonly says: (clients: number, passedOver: number) => string;
  },
): void {
  app.dialogs.ask({
    ...asDialog(app, question),
    title: `${title} in ${campaign}`,
    reason: 'required',
    button: actOrAsk(app, what, title),
    isDangerous: true,
    run: ({ reason }) =>
      ended<Reopened>(
        app,
        app.api.post(campaignPath(campaign, `/${what}`), { reason }),
        ({ reopened, passedOver }) => says(reopened, passedOver),
      ),
  });
}

export function haltEverything(app: App, running: number): void {
  app.dialogs.ask({
    title: 'Halt everything',
    lines: words.halt(running),
    reason: 'required',
    button: 'Halt everything',
    isDangerous: true,
    run: ({ reason }) => ended(app, app.api.post('v1/halt', { reason }), () => done.halted),
  });
}

export function endHalt(app: App, by: string): void {
  app.dialogs.ask({
    title: 'End the halt',
    lines: [words.unhalt],
    reason: 'optional',
    overrides: by,
    button: 'End the halt',
    run: ({ reason, override }) =>
      ended(app, app.api.post('v1/unhalt', { ...given(reason), override }), () => done.unhalted),
  });
}

const clientLines = { retry: words.retryClient, skip: words.skipClient, undo: words.undoClient } as const;
const clientTitles = { retry: 'Retry', skip: 'Skip', undo: 'Move the service back on' } as const;

/** What a person does about one client. */
export function actOnClient(
  app: App,
  what: keyof typeof clientLines,
  { client, campaign }: { readonly client: string; readonly campaign: string },
): void {
  app.dialogs.ask({
    title: `${clientTitles[what]} ${client}`,
    lines: [clientLines[what]],
    reason: 'required',
    button: what === 'undo' ? actOrAsk(app, what, 'Move') : (clientTitles[what].split(' ')[0] ?? ''),
    run: ({ reason }) =>
      ended<{ readonly because: string }>(
        app,
        app.api.post(`v1/clients/${encodeURIComponent(client)}/${what}`, { reason, campaign }),
        ({ because }) => `${client}: ${because}`,
      ),
  });
}

/** Harmless: a worker looks, and changes nothing. It needs no question. */
export async function lookNow(app: App, client: string): Promise<void> {
  app.note.value = await ended<{ readonly because: string }>(
    app,
    app.api.post(`v1/clients/${encodeURIComponent(client)}/checkin`),
    ({ because }) => `${client}: ${because}`,
  );
}

/** Saves the proof as the command does: one form for each content, so that every byte counts. */
export async function saveProof(app: App, client: string): Promise<void> {
  const asked = await app.api.get<{ readonly schemaVersion?: unknown }>(
    `v1/audit/clients/${encodeURIComponent(client)}/proof`,
  );
  if (!asked.ok) return showProblem(app, asked.problem);
  const { schemaVersion: _version, ...proof } = asked.value;
  const file = `${client}.proof.json`;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([`${JSON.stringify(proof)}\n`], { type: 'application/json' }));
  link.download = file;
  link.click();
  URL.revokeObjectURL(link.href);
  app.note.value = { ok: true, says: texts.client.proofSaved(file) };
}
