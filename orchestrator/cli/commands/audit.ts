import type { Command } from 'commander';
import { fault, messageOf, ok, type Result } from '../../../shared/errors.ts';
import { auditShowAnswer, verifyAnswer, type VerifyAnswer } from '../../http/schemas/audit.ts';
import type { Refusal } from '../../refusal.ts';
import { exitCodes } from '../exit-codes.ts';
import { connect, type GlobalOptions, print, shown, showRefusal, withApi } from '../client/session.ts';
import { auditLines, verifyLines } from '../render/audit.ts';
import { viewOf } from '../render/view.ts';
import { segment } from '../client/api-client.ts';

interface ShowOptions {
  readonly evidence?: boolean;
  readonly all?: boolean;
}

export function addAuditCommands(program: Command): void {
  const audit = program
    .command('audit')
    .description('what was done: sealed, written to files, and read from there')
    .addHelpText('after', '\nExample:\n  servpack audit show pc-0017');

  audit
    .command('show <client>')
    .description('everything that was done to a machine, over all campaigns: when, who, what and why')
    .option('--evidence', 'print what each step rests on, too')
    .option('--all', 'tell of each look, also where it brought the same as the one before')
    .addHelpText('after', '\nExample:\n  servpack audit show pc-0017 --evidence')
    .action(async (name: string, { all, ...query }: ShowOptions, command: Command) => {
      const path = `/v1/audit/clients/${segment(name)}`;
      await withApi(command, async (api) =>
        shown(await api.get(auditShowAnswer, path, { ...query }), (view, found) =>
          auditLines(view, found, all),
        ),
      );
    });

  audit
    .command('export')
    .description('the audit on stdout, one JSON line for each entry, or as CSV')
    .option('--campaign <name>', 'only entries of this campaign')
    .option('--client <client>', 'only entries of this client')
    .option('--csv', 'as CSV, with a header')
    .addHelpText('after', '\nExample:\n  servpack audit export --campaign sms-sp4 --csv > sms-sp4.csv')
    .action(exportTo);

  audit
    .command('verify [file...]')
    .description(
      'whether the files are as they were written; without files the orchestrator verifies its own, against Redis too',
    )
    .addHelpText('after', '\nExample:\n  servpack audit verify .servpack/audit/*.jsonl')
    .action(async (files: readonly string[], _options: unknown, command: Command) => {
      const { json } = command.optsWithGlobals<GlobalOptions>();
      const verdict = files.length === 0 ? await askVerdict(command) : await readVerdict(files);
      if (!verdict.ok) return showRefusal(verdict.error, json === true);
      const { value } = verdict;
      print(json === true ? [JSON.stringify(value, null, 2)] : verifyLines(viewOf(process.stdout), value));
      const isWhole = value.faults.length === 0 && value.files.every(({ tornAt }) => tornAt === null);
      // The orchestrator is at work while it reads: what it is writing just now is no fault.
      const isFine = isWhole || (files.length === 0 && value.faults.length === 0);
      if (!isFine) process.exitCode = exitCodes.refused.code;
    });
}

async function readVerdict(files: readonly string[]): Promise<Result<VerifyAnswer, Refusal>> {
  const [{ verifyPaths }, { verdictAnswer }] = await Promise.all([
    import('../../audit/verify.ts'),
    import('../../audit/responses.ts'),
  ]);
  const verdict = await verifyPaths(files);
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
  const api = await connect(options, process.env);
  const text = api.ok
    ? await api.value.stream('/v1/audit/export', { ...filter, format: csv === true ? 'csv' : 'jsonl' })
    : api;
  if (!text.ok) return showRefusal(text.error, options.json === true);
  try {
    for await (const chunk of text.value) await written(chunk);
  } catch (error) {
    const because = `the orchestrator broke off, the output is not whole: ${messageOf(error)}`;
    showRefusal(fault('unreachable.brokenOff', because), false);
  }
}

/** Waits where the reader is slower than the orchestrator. */
async function written(chunk: Uint8Array): Promise<void> {
  if (process.stdout.write(chunk)) return;
  await new Promise((resolve) => process.stdout.once('drain', resolve));
}
