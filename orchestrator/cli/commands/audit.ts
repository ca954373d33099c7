import type { Command } from 'commander';
import { ok, type Result } from '../../../shared/errors.ts';
import { auditShowAnswer, verifyAnswer, type VerifyAnswer } from '../../http/schemas/audit.ts';
import type { Refusal } from '../../refusal.ts';
import { exitCodes } from '../exit-codes.ts';
import {
  connect,
  type GlobalOptions,
  printJson,
  printValue,
  outputOf,
  showRefusal,
  withApi,
} from '../client/session.ts';
import { auditLines, verifyLines } from '../render/audit.ts';
import { formOf, listTo } from '../client/list-clients.ts';
import { segment } from '../client/api-client.ts';

interface ShowOptions {
  readonly evidence?: boolean;
  readonly all?: boolean;
}

interface VerifyOptions {
  readonly heads?: readonly string[];
}

export function addAuditCommands(program: Command): void {
  const audit = program
    .command('audit')
    .description('read, export and verify the record of everything that was done')
    .addHelpText('after', '\nExample:\n  servpack audit show pc-0017');

  audit
    .command('show <client>')
    .description('show everything that was done to a client, in all campaigns: when, who, what and why')
    .option('--evidence', 'also print the evidence of each step')
    .option('--all', 'list every look, also one that found the same as the look before')
    .addHelpText('after', '\nExample:\n  servpack audit show pc-0017 --evidence')
    .action(async (name: string, { all, ...query }: ShowOptions, command: Command) => {
      const path = `/v1/audit/clients/${segment(name)}`;
      await withApi(command, async (api) =>
        outputOf(await api.get(auditShowAnswer, path, { ...query }), (view, found) =>
          auditLines(view, found, all),
        ),
      );
    });

  audit
    .command('export')
    .description(
      'write the audit to stdout: one JSON line for each entry, CSV, or one JSON document (--json)',
    )
    .option('--campaign <name>', 'only entries of this campaign')
    .option('--client <client>', 'only entries of this client')
    .option('--csv', 'CSV with a header line')
    .addHelpText('after', '\nExample:\n  servpack audit export --campaign sms-sp4 --csv > sms-sp4.csv')
    .action(exportTo);

  audit
    .command('verify [file...]')
    .description(
      'check that nobody has changed the audit files; without a file the orchestrator checks its own files, also against Redis',
    )
    .option('--heads <log...>', 'with files: logs of an orchestrator, whose heads the files must have')
    .addHelpText(
      'after',
      '\nExample:\n  servpack audit verify .servpack/audit/*.jsonl --heads orchestrator.log',
    )
    .action(async (files: readonly string[], { heads = [] }: VerifyOptions, command: Command) => {
      const { json } = command.optsWithGlobals<GlobalOptions>();
      const verdict = files.length === 0 ? await askVerdict(command) : await readVerdict(files, heads);
      if (!verdict.ok) return showRefusal(verdict.error, json === true);
      const { value } = verdict;
      if (json === true) printJson(value);
      else printValue(value, verifyLines);
      const isWhole = value.faults.length === 0 && value.files.every(({ tornAt }) => tornAt === null);
      // The orchestrator may be writing a block while it reads its files: that is no fault.
      const isFine = isWhole || (files.length === 0 && value.faults.length === 0);
      if (!isFine) process.exitCode = exitCodes.refused.code;
    });
}

async function readVerdict(
  files: readonly string[],
  logs: readonly string[],
): Promise<Result<VerifyAnswer, Refusal>> {
  const [{ verifyAgainst }, { verdictAnswer }] = await Promise.all([
    import('../../audit/verify.ts'),
    import('../../audit/responses.ts'),
  ]);
  const verdict = await verifyAgainst(files, logs);
  return verdict.ok ? ok(verdictAnswer(verdict.value)) : verdict;
}

async function askVerdict(command: Command): Promise<Result<VerifyAnswer, Refusal>> {
  const api = await connect(command.optsWithGlobals<GlobalOptions>(), process.env);
  return api.ok ? api.value.get(verifyAnswer, '/v1/audit/verify') : api;
}

interface ExportOptions {
  readonly campaign?: string;
  readonly client?: string;
  readonly csv?: boolean;
}

async function exportTo({ csv, ...filter }: ExportOptions, command: Command): Promise<void> {
  const options = command.optsWithGlobals<GlobalOptions>();
  const form = formOf(csv === true, options.json === true);
  const api = form.ok ? await connect(options, process.env) : form;
  if (api.ok && form.ok && form.value === 'json') {
    const listing = { query: { ...filter }, form: form.value, list: 'entries' };
    const listed = await listTo(process.stdout, api.value, '/v1/audit/export', listing);
    if (!listed.ok) showRefusal(listed.error, true);
    return;
  }
  const text = api.ok
    ? await api.value.stream('/v1/audit/export', { ...filter, format: csv === true ? 'csv' : 'jsonl' })
    : api;
  const { ontoStdout } = await import('../client/save.ts');
  const printed = text.ok ? await ontoStdout(text.value) : text;
  if (!printed.ok) showRefusal(printed.error, options.json === true);
}
