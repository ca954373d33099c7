import { type Command, InvalidArgumentError } from 'commander';
import type { z } from 'zod';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import { type ColumnMapping, fleetColumns, fleetImportAnswer } from '../../http/schemas/fleet.ts';
import { readDuration } from '../../../shared/input/quantities.ts';
import type { Refusal } from '../../refusal.ts';
import type { ApiClient } from '../client/api-client.ts';
import { confirm, type Terminal } from '../client/confirm.ts';
import { readFileOf, readFleetOf, refusedAs } from '../client/input-file.ts';
import { outputOf, withApi } from '../client/session.ts';
import { plainView, type View } from '../render/view.ts';

interface ImportOptions {
  readonly dryRun?: boolean;
  readonly map: readonly ColumnMapping[];
  readonly prune?: boolean;
  readonly gone?: boolean;
  readonly yes?: boolean;
  readonly mapFile?: string;
  readonly command?: string;
  readonly timeLimit?: number;
}

type Imported = z.infer<typeof fleetImportAnswer>;

/** What the API is asked for. */
export interface ImportBody {
  readonly file: string;
  readonly text: string;
  readonly columns: readonly ColumnMapping[];
  readonly prune: boolean;
  readonly gone: boolean;
  readonly mapping?: { readonly file: string; readonly text: string } | undefined;
}

export function addImportCommand(fleet: Command): void {
  fleet
    .command('import [file]')
    .description(
      'add and update clients from a CSV file (client,host,logonServer,zone,role,labels,port,hostKey), a list in YAML or JSON, or an inventory of Ansible, or from what a command prints as JSON; form, delimiter and encoding are found; a file with a fault changes nothing',
    )
    .option(
      '--map <columns>',
      "what the columns of the file are, such as Name=client,DNSHostName=host; all others but servpack's own are left out",
      mappings,
      [],
    )
    .option('--map-file <file>', 'a file that says what the columns are, with fixed values and labels (YAML)')
    .option('--command <line>', 'run this command here, without a shell, and import the JSON that it prints')
    .option('--time-limit <duration>', 'stop the command after this time: 30s, 10m (default: 5m)', timeLimit)
    .option('--dry-run', 'show what the file would change, and change nothing')
    .option(
      '--prune',
      'take clients out that the file does not name; refused as fleet remove is. Asks you to type their number',
    )
    .option('--gone', 'with --prune: the machines are gone, as with fleet remove')
    .option('--yes', 'with --prune: do not ask')
    .addHelpText(
      'after',
      '\nExamples:\n  servpack fleet import examples/fleet.csv\n  servpack fleet import computers.csv --map Name=client,DNSHostName=host,Site=logonServer\n  servpack fleet import all.csv --prune\n  servpack fleet import --command "ad-export --json" --map-file ad.yaml',
    )
    .action(async (file: string | undefined, options: ImportOptions, command: Command) => {
      await withApi(command, async (api) => {
        const read = await sourceOf(file, options);
        if (!read.ok) return read;
        const mapping = options.mapFile === undefined ? ok(undefined) : await readFileOf(options.mapFile);
        if (!mapping.ok) return mapping;
        const { importLines, readAs } = await import('../render/fleet-changes.ts');
        const { input, encoding } = read.value;
        const { map: columns, prune = false, gone = false, dryRun = false, yes = false } = options;
        const body = { ...input, columns, prune, gone, mapping: mapping.value };
        const shown = (view: View, answer: Imported) => [
          ...readAs(encoding, answer.delimiter),
          ...importLines(view, answer),
        ];
        const asked = prune && !dryRun && !yes ? await confirmPrune(api, body, shown) : ok({});
        if (!asked.ok) return err(refusedAs(asked.error, encoding));
        const imported = await api.post(fleetImportAnswer, '/v1/fleet', { ...body, ...asked.value, dryRun });
        return imported.ok ? outputOf(imported, shown) : err(refusedAs(imported.error, encoding));
      });
    });
}

const defaultLimitMs = 5 * 60_000;

function timeLimit(text: string): number {
  const ms = readDuration(text);
  if (ms !== undefined && ms >= 1_000 && ms <= 24 * 3_600_000) return ms;
  throw new InvalidArgumentError('Expected a duration from 1s to 24h, such as 30s or 10m.');
}

/** Reads the file, or what the command prints. The faults of a fleet name the one or the other. */
async function sourceOf(
  file: string | undefined,
  { command, timeLimit: limitMs = defaultLimitMs }: ImportOptions,
): ReturnType<typeof readFleetOf> {
  if (file !== undefined && command === undefined) return readFleetOf(file);
  if (command === undefined || file !== undefined)
    return err(fault('input.source', 'give either a file, or --command LINE'));
  const { jsonOf } = await import('../client/command-output.ts');
  const printed = await jsonOf(command, limitMs);
  if (!printed.ok) return printed;
  return ok({ input: { file: command.slice(0, 200), text: printed.value }, encoding: 'UTF-8' });
}

/**
 * Shows what the file would change, and asks for the number of clients that would leave the fleet.
 * @returns that number for the import, which is refused when another number would leave by then
 */
export async function confirmPrune(
  api: ApiClient,
  body: ImportBody,
  lines: (view: View, answer: Imported) => readonly string[],
  terminal?: Terminal,
): Promise<Result<{ readonly removes: number }, Refusal>> {
  const dry = await api.post(fleetImportAnswer, '/v1/fleet', { ...body, dryRun: true });
  if (!dry.ok) return dry;
  const { removed } = dry.value;
  if (removed === 0) return ok({ removes: 0 });
  const { importQuestion } = await import('../../views/questions/fleet.ts');
  const question = { ...importQuestion(dry.value), lines: lines(plainView, dry.value) };
  const confirmed = await confirm(question, false, terminal);
  return confirmed.ok ? ok({ removes: removed }) : confirmed;
}

/** Reads `Name=client,DNSHostName=host`; a column without a name after it is left out. */
function mappings(text: string, before: readonly ColumnMapping[]): readonly ColumnMapping[] {
  const added = text.split(',').map((pair) => {
    const [, from = '', name = ''] = /^(.*)=([^=]*)$/.exec(pair) ?? [];
    const to = fleetColumns.find((column) => column.toLowerCase() === name.trim().toLowerCase());
    if (from.trim() === '' || (to === undefined && name.trim() !== ''))
      throw new InvalidArgumentError(
        `Expected COLUMN=NAME, where NAME is one of ${fleetColumns.join(', ')}, or nothing to leave the column out.`,
      );
    return { from: from.trim(), to: to ?? null };
  });
  return [...before, ...added];
}
