import { verdictOption } from '../client/state-option.ts';
import type { Command } from 'commander';
import { surveyAnswer, surveysAnswer } from '../../http/schemas/surveys.ts';
import { connect, type GlobalOptions, outputOf, showRefusal, withApi } from '../client/session.ts';
import { type ShowSurvey, showSurvey } from '../client/show-survey.ts';
import { surveyLines, surveyListLines } from '../render/survey.ts';
import { surveyPath } from '../client/api-client.ts';
import { allPages } from '../client/all-pages.ts';

/**
 * Surveys that `servpack look` has started. A survey runs in the orchestrator, also without a
 * follower.
 */
export function addSurveyCommands(program: Command): void {
  const survey = program
    .command('survey')
    .description('list, show, follow and cancel the surveys that "servpack look" has started')
    .addHelpText('after', '\nExample:\n  servpack survey list');

  survey
    .command('list')
    .description('list the surveys of the last 7 days, newest first')
    .addHelpText('after', '\nExample:\n  servpack survey list')
    .action(async (_options: unknown, command: Command) => {
      await withApi(command, async (api) =>
        outputOf(await allPages(api, surveysAnswer, '/v1/surveys', 'surveys'), (view, { surveys }) =>
          surveyListLines(view, surveys),
        ),
      );
    });

  survey
    .command('show <survey>')
    .description('show what a survey has found so far')
    .addHelpText('after', '\nExample:\n  servpack survey show look-7kq2m9x')
    .action(async (name: string, _options: unknown, command: Command) => {
      await withApi(command, async (api) =>
        outputOf(await api.get(surveyAnswer, surveyPath(name)), surveyLines),
      );
    });

  survey
    .command('follow <survey>')
    .description(
      'print a line for each machine, from the first one on, until the survey ends; Ctrl-C cancels the survey',
    )
    .addOption(verdictOption('list only machines with this result'))
    .option('--evidence', 'also print what each look found')
    .addHelpText('after', '\nExample:\n  servpack survey follow look-7kq2m9x --verdict blocked')
    .action(async (name: string, options: Omit<ShowSurvey, 'json'>, command: Command) => {
      const { json = false, ...global } = command.optsWithGlobals<GlobalOptions>();
      const api = await connect(global, process.env);
      const done = api.ok ? await showSurvey(api.value, name, { ...options, json }) : api;
      if (!done.ok) showRefusal(done.error, json);
    });

  survey
    .command('cancel <survey>')
    .description('stop a survey; what it has found stays')
    .addHelpText('after', '\nExample:\n  servpack survey cancel look-7kq2m9x')
    .action(async (name: string, _options: unknown, command: Command) => {
      await withApi(command, async (api) =>
        outputOf(await api.post(surveyAnswer, surveyPath(name, '/cancel')), surveyLines),
      );
    });
}
