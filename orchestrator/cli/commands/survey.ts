import { type Command, Option } from 'commander';
import { verdictKinds } from '../../../shared/domain/observation/verdict.ts';
import { surveyAnswer, surveysAnswer } from '../../http/schemas/surveys.ts';
import { connect, type GlobalOptions, shown, showRefusal, withApi } from '../client/session.ts';
import { type ShowSurvey, showSurvey } from '../client/show-survey.ts';
import { surveyLines, surveyListLines } from '../render/survey.ts';
import { surveyPath } from '../client/api-client.ts';

/**
 * Surveys that `servpack look` began: a survey runs in the orchestrator, with or without a reader.
 */
export function addSurveyCommands(program: Command): void {
  const survey = program
    .command('survey')
    .description('looks that were asked for: what they found, and how to end them')
    .addHelpText('after', '\nExample:\n  servpack survey list');

  survey
    .command('list')
    .description('those of the last week, newest first')
    .addHelpText('after', '\nExample:\n  servpack survey list')
    .action(async (_options: unknown, command: Command) => {
      await withApi(command, async (api) =>
        shown(await api.get(surveysAnswer, '/v1/surveys'), (view, { surveys }) =>
          surveyListLines(view, surveys),
        ),
      );
    });

  survey
    .command('show <survey>')
    .description('what one has found so far, in sum')
    .addHelpText('after', '\nExample:\n  servpack survey show look-7kq2m9x')
    .action(async (name: string, _options: unknown, command: Command) => {
      await withApi(command, async (api) =>
        shown(await api.get(surveyAnswer, surveyPath(name)), surveyLines),
      );
    });

  survey
    .command('follow <survey>')
    .description('a line for each machine, from the first to the last; Ctrl-C ends the looking')
    .addOption(new Option('--verdict <verdict>', 'name only these machines').choices([...verdictKinds]))
    .option('--evidence', 'print what each look brought, too')
    .addHelpText('after', '\nExample:\n  servpack survey follow look-7kq2m9x --verdict blocked')
    .action(async (name: string, options: Omit<ShowSurvey, 'json'>, command: Command) => {
      const { json = false, ...global } = command.optsWithGlobals<GlobalOptions>();
      const api = await connect(global, process.env);
      const done = api.ok ? await showSurvey(api.value, name, { ...options, json }) : api;
      if (!done.ok) showRefusal(done.error, json);
    });

  survey
    .command('cancel <survey>')
    .description('stop a survey; what was found stays')
    .addHelpText('after', '\nExample:\n  servpack survey cancel look-7kq2m9x')
    .action(async (name: string, _options: unknown, command: Command) => {
      await withApi(command, async (api) =>
        shown(await api.post(surveyAnswer, surveyPath(name, '/cancel')), surveyLines),
      );
    });
}
