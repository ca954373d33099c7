import { failureWords } from '../../../shared/domain/observation/verdict.ts';
import { type Findings, reachedIn, type SurveyStatus } from '../../../shared/domain/survey/survey.ts';
import type { LookReport } from '../../../shared/domain/survey/last-look.ts';
import { evidenceInWords } from './evidence.ts';
import { rankingLines } from './report.ts';
import { table } from './table.ts';
import { many, number, safe, type Style, type View } from './view.ts';
import { wrapped } from './wrap.ts';

const styles: Partial<Record<LookReport['verdict'], Style>> = {
  free: 'green',
  current: 'green',
  blocked: 'red',
  couldNotLook: 'yellow',
};

/** `pc-17: BLOCKED pcmsvc32.exe, automatic, runs from C:\MS\SMS\BIN (structural)` */
export function lookLine({ paint }: View, { client, verdict, says }: LookReport): string {
  const style = styles[verdict];
  const text = safe(says);
  return `${safe(client)}: ${style === undefined ? text : paint(style, text)}`;
}

/** What a look found, below its line. */
export const evidenceLines = (view: View, text: string | null | undefined): readonly string[] =>
  text === null || text === undefined ? ['  (no evidence saved)'] : evidenceInWords(view, text);

/** What a survey has found: machines by result, and what to fix to free most clients. */
export function surveyLines(view: View, status: SurveyStatus): readonly string[] {
  const { survey, what, product, release, total, by, verdicts } = status;
  const against = release === null ? '' : `, compared with release ${release}`;
  return [
    `${view.paint('bold', safe(survey))}  ${safe(what)} (product ${safe(product)}${safe(against)}), started by ${safe(by)}: ${how[status.status]}`,
    `${number(reachedIn(status))} of ${many(total, 'machine')} looked at, none changed: ${findingWords(status)}`,
    ...moreLines(view, status),
    ...(verdicts.blocked === 0
      ? []
      : ['', ...rankingLines(view, status.blockers), ...relocatableLines(view, status)]),
  ];
}

const how: Readonly<Record<SurveyStatus['status'], string>> = {
  running: 'running',
  done: 'done',
  cancelled: 'cancelled',
  expired: 'stopped at its time limit',
};

/** `312 free, 11,930 blocked, 4 could not be looked at` */
export function findingWords({ verdicts }: Findings): string {
  const words = [
    [verdicts.free, 'free'],
    [verdicts.current, 'current'],
    [verdicts.blocked, 'blocked'],
    [verdicts.server, verdicts.server === 1 ? 'server' : 'servers'],
    [verdicts.couldNotLook, 'could not be looked at'],
  ] as const;
  const found = words.filter(([count]) => count > 0).map(([count, word]) => `${number(count)} ${word}`);
  return found.length === 0 ? 'nothing yet' : found.join(', ');
}

function moreLines(view: View, { failures, inCampaign }: Findings): readonly string[] {
  const causes = Object.entries(failures)
    .toSorted(([, a], [, b]) => b - a)
    .map(
      ([kind, count]) =>
        `${number(count)} ${Object.hasOwn(failureWords, kind) ? failureWords[kind as keyof typeof failureWords] : kind}`,
    );
  return [
    ...(causes.length === 0 ? [] : wrapped(view, 'could not be looked at: ', causes.join(', '), 'yellow')),
    ...(inCampaign === 0
      ? []
      : [`${many(inCampaign, 'client')} in a running campaign, which may have changed them since`]),
  ];
}

/** On how many blocked clients a campaign can move the blocking services. */
function relocatableLines(view: View, { movable, structural, verdicts }: Findings): readonly string[] {
  if (movable === 0) return [];
  const services = movable === 1 ? 'a service' : 'services';
  return wrapped(
    view,
    '',
    `On ${number(movable)} of ${many(verdicts.blocked, 'blocked client')} a campaign could relocate ${services}. On ${number(structural)} waiting does not help: the blocker starts again with Windows (structural).`,
  );
}

/** The surveys of the last 7 days, newest first. */
export function surveyListLines(view: View, surveys: readonly SurveyStatus[]): readonly string[] {
  if (surveys.length === 0) return ['No survey in the last 7 days. Start one: servpack look --fleet'];
  const right = { align: 'right' as const };
  return table(
    view,
    [
      { head: 'survey' },
      { head: 'started' },
      { head: 'by' },
      { head: 'state' },
      { head: 'looked at', short: 'looked', ...right },
      { head: 'of', ...right },
      { head: 'blocked', ...right },
      { head: 'what' },
    ],
    surveys.map((each) => {
      const { survey, at, by, status, total, verdicts, what } = each;
      const reached = number(reachedIn(each));
      return [survey, at, by, how[status], reached, number(total), number(verdicts.blocked), what].map(
        (text) => ({ text }),
      );
    }),
  );
}
