import { once } from 'node:events';
import type { SurveyStatus } from '../../../shared/domain/survey/survey.ts';
import { ok, type Result } from '../../../shared/errors.ts';
import type { Refusal } from '../../refusal.ts';
import type { ApiClient } from './api-client.ts';
import { exitCodes } from '../exit-codes.ts';
import { followSurvey, type Look, lookedAtAll } from './follow-survey.ts';
import { evidenceLines, lookLine, surveyLines } from '../render/survey.ts';
import { localTimes } from '../render/local-times.ts';
import { viewOf } from '../render/view.ts';
import { textOf } from '../render/wrap.ts';
import { jsonListHead } from '../json-document.ts';
import { visibleJson } from '../../../shared/visible-text.ts';

export interface ShowSurvey {
  readonly verdict?: string | undefined;
  readonly evidence?: boolean | undefined;
  readonly json: boolean;
}

/** Written with the first look, so that a refusal is a JSON document of its own. */
const head = jsonListHead('looks');

/** Without a look after this time the person is warned that no worker may be running. */
const silenceMs = 15_000;

/**
 * Writes a line for each machine as it is looked at, then a summary; with `json` one document with
 * `looks` and `survey`. Ctrl-C ends the survey. The exit code says whether every machine could be
 * looked at.
 */
export async function showSurvey(
  api: ApiClient,
  survey: string,
  { verdict, evidence = false, json }: ShowSurvey,
): Promise<Result<void, Refusal>> {
  const stop = new AbortController();
  const end = (): void => stop.abort();
  process.once('SIGINT', end);
  const silence = setTimeout(warn, silenceMs).unref();
  const view = viewOf(process.stdout);
  const times = view.isTerminal ? localTimes() : null;
  let count = 0;
  const take = async (looks: readonly Look[]): Promise<void> => {
    if (looks.length > 0) clearTimeout(silence);
    for (const look of looks) {
      const lines = [
        lookLine(view, times === null ? look : times.in(look)),
        ...(evidence ? evidenceLines(view, look.evidenceText) : []),
      ];
      await write(
        json ? `${count === 0 ? head : ','}\n${visibleJson(JSON.stringify(look))}` : textOf(view, lines),
      );
      count += 1;
    }
  };
  const over = await followSurvey(api, survey, { verdict, evidence }, stop.signal, take);
  clearTimeout(silence);
  process.removeListener('SIGINT', end);
  if (!over.ok) return over;
  const rest = `${count === 0 ? head : ''}\n],"survey":${visibleJson(JSON.stringify(over.value))}}\n`;
  await write(
    json
      ? rest
      : textOf(view, [
          '',
          ...surveyLines(view, times === null ? over.value : times.in(over.value)),
          ...(times?.zoneLines() ?? []),
        ]),
  );
  process.exitCode = codeOf(over.value);
  return ok(undefined);
}

function codeOf(status: SurveyStatus): number {
  if (lookedAtAll(status)) return exitCodes.ok.code;
  return (status.status === 'done' ? exitCodes.warnings : exitCodes.refused).code;
}

const warn = (): void => {
  process.stderr.write('no machine was looked at so far; check that a worker is running: servpack doctor\n');
};

/** Waits when the reader is slower than the orchestrator. */
async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}
