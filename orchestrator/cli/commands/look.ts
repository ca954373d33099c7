import { verdictOption } from '../client/state-option.ts';
import { type Command, InvalidArgumentError } from 'commander';
import { existsSync } from 'node:fs';
import { readDuration } from '../../../shared/input/quantities.ts';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import { surveyAnswer, type SurveyTargets } from '../../http/schemas/surveys.ts';
import type { Refusal } from '../../refusal.ts';
import type { ApiClient } from '../client/api-client.ts';
import { readFleetOf } from '../client/input-file.ts';
import { readNames, wordsOf } from '../client/name-list.ts';
import { connect, type GlobalOptions, printJson, printValue, showRefusal } from '../client/session.ts';
import { showSurvey } from '../client/show-survey.ts';
import { surveyLines } from '../render/survey.ts';

interface LookOptions {
  readonly fleet?: string | true;
  readonly hosts?: string;
  readonly label: readonly string[];
  readonly server: readonly string[];
  readonly product?: string;
  readonly release?: string;
  readonly verdict?: string;
  readonly evidence?: boolean;
  readonly within?: number;
  readonly detach?: boolean;
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

const minutesAtMost = 7 * 24 * 60;

export function addLookCommand(program: Command): void {
  program
    .command('look [machine...]')
    .description(
      'find out what blocks the update on machines, and what to fix first; changes nothing. ' +
        'A machine is a client of the fleet, or any host that the workers can reach',
    )
    .option('--fleet [file]', 'all clients of the fleet, or of a fleet file (which is not imported)')
    .option('--hosts <list>', 'hosts separated by commas, or a file with one host on each line')
    .option(
      '--label <label>',
      'with --fleet: only clients with this label; repeated: with all of the labels',
      collect,
      [],
    )
    .option(
      '--server <name>',
      'with --fleet: only clients of this logon server; repeated: of any of them',
      collect,
      [],
    )
    .option('--product <product>', 'the product to look for (default: the one of --release, else sms-1.2)')
    .option('--release <release>', 'also find the clients that already have this release')
    .addOption(verdictOption('list only machines with this result'))
    .option('--evidence', 'also print what each look found (up to 1,000 named machines)')
    .option('--within <duration>', 'stop after this time: 30m, 4h (default: 24h)', minutes)
    .option(
      '--detach',
      'do not wait; see the result with "servpack survey show". Without it, Ctrl-C stops the survey',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  servpack look pc-0017\n  servpack look --fleet --server LS-PUN\n  servpack look --hosts pc-1.example,10.0.0.7 --evidence',
    )
    .action(async (machines: readonly string[], options: LookOptions, command: Command) => {
      const { json = false, ...global } = command.optsWithGlobals<GlobalOptions>();
      const api = await connect(global, process.env);
      const done = api.ok ? await look(api.value, machines, options, json) : api;
      if (!done.ok) showRefusal(done.error, json);
    });
}

async function look(
  api: ApiClient,
  machines: readonly string[],
  options: LookOptions,
  json: boolean,
): Promise<Result<void, Refusal>> {
  const targets = await targetsOf(machines, options);
  if (!targets.ok) return targets;
  const { product, release, within: withinMinutes = 24 * 60, detach, verdict, evidence } = options;
  const begun = await api.post(surveyAnswer, '/v1/surveys', {
    targets: targets.value,
    withinMinutes,
    ...(product === undefined ? {} : { product }),
    ...(release === undefined ? {} : { release }),
  });
  if (!begun.ok) return begun;
  if (detach !== true) return showSurvey(api, begun.value.survey, { verdict, evidence, json });
  if (json) printJson(begun.value);
  else printValue(begun.value, surveyLines);
  return ok(undefined);
}

/** Returns the machines to look at: exactly one of named machines, `--hosts` and `--fleet`. */
async function targetsOf(
  machines: readonly string[],
  { fleet, hosts, label: labels, server: logonServers }: LookOptions,
): Promise<Result<SurveyTargets, Refusal>> {
  const given = [machines.length > 0, hosts !== undefined, fleet !== undefined].filter(Boolean).length;
  if (given !== 1) return refused('give exactly one of these: names of machines, --hosts, or --fleet');
  if (fleet === undefined && labels.length + logonServers.length > 0)
    return refused('--label and --server need --fleet');
  if (fleet === true) return ok({ from: 'fleet', labels: [...labels], logonServers: [...logonServers] });
  if (fleet !== undefined) {
    const read = await readFleetOf(fleet);
    const select = { labels: [...labels], logonServers: [...logonServers] };
    return read.ok ? ok({ from: 'file', ...read.value.input, ...select }) : read;
  }
  const names = hosts === undefined ? ok(machines) : await namesIn(hosts);
  if (!names.ok) return names;
  return names.value.length === 0
    ? refused(`${hosts ?? ''} has no host in it`)
    : ok({ from: 'names', names: [...new Set(names.value)] });
}

/** Reads `a,b`, or a file with one host on each line. */
const namesIn = async (list: string): Promise<Result<readonly string[], Refusal>> =>
  existsSync(list) ? readNames(list) : ok(wordsOf(list, /,/));

const refused = (message: string): Result<never, Refusal> => err(fault('input.machines', message));

function minutes(text: string): number {
  // A number alone was the only form once: it is minutes.
  const ms = readDuration(/^\d+$/.test(text) ? `${text}m` : text);
  const value = Math.ceil((ms ?? 0) / 60_000);
  if (value >= 1 && value <= minutesAtMost) return value;
  throw new InvalidArgumentError('Expected a duration such as 30m or 4h, at most 7d.');
}
