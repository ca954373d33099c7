import { type Command, InvalidArgumentError } from 'commander';
import type { z } from 'zod';
import { err, ok, type Result } from '../../../shared/errors.ts';
import { type ColumnMapping, fleetColumns, fleetImportAnswer } from '../../http/schemas/fleet.ts';
import type { Refusal } from '../../refusal.ts';
import type { ApiClient } from '../client/api-client.ts';
import { confirm, type Terminal } from '../client/confirm.ts';
import { readFleetOf, refusedAs } from '../client/input-file.ts';
import { outputOf, withApi } from '../client/session.ts';
import { importLines, readAs } from '../render/fleet.ts';
import { number, plainView, type View } from '../render/view.ts';

interface ImportOptions {
  readonly dryRun?: boolean;
  readonly map: readonly ColumnMapping[];
  readonly prune?: boolean;
  readonly gone?: boolean;
  readonly yes?: boolean;
}

type Imported = z.infer<typeof fleetImportAnswer>;

/** What the API is asked for. */
export interface ImportBody {
  readonly file: string;
  readonly text: string;
  readonly columns: readonly ColumnMapping[];
  readonly prune: boolean;
  readonly gone: boolean;
}

export function addImportCommand(fleet: Command): void {
  fleet
    .command('import <file>')
    .description(
      'add and update clients from a CSV file (client,host,logonServer,zone,role,labels,port,hostKey), a list in YAML or JSON, or an inventory of Ansible; form, delimiter and encoding are found; a file with a fault changes nothing',
    )
    .option(
      '--map <columns>',
      "what the columns of the file are, such as Name=client,DNSHostName=host; all others but servpack's own are left out",
      mappings,
      [],
    )
    .option('--dry-run', 'show what the file would change, and change nothing')
    .option(
      '--prune',
      'take clients out that the file does not name; refused as fleet remove is. Asks you to type their number',
    )
    .option('--gone', 'with --prune: the machines are gone, as with fleet remove')
    .option('--yes', 'with --prune: do not ask')
    .addHelpText(
      'after',
      '\nExamples:\n  servpack fleet import examples/fleet.csv\n  servpack fleet import computers.csv --map Name=client,DNSHostName=host,Site=logonServer\n  servpack fleet import all.csv --prune',
    )
    .action(async (file: string, options: ImportOptions, command: Command) => {
      await withApi(command, async (api) => {
        const read = await readFleetOf(file);
        if (!read.ok) return read;
        const { input, encoding } = read.value;
        const { map: columns, prune = false, gone = false, dryRun = false, yes = false } = options;
        const body = { ...input, columns, prune, gone };
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
  const confirmed = await confirm(
    {
      lines: lines(plainView, dry.value),
      answer: number(removed),
      verb: 'import, and remove so many clients',
    },
    false,
    terminal,
  );
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
