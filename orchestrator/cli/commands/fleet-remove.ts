import type { Command } from 'commander';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import { removalAnswer } from '../../http/schemas/fleet.ts';
import type { Refusal } from '../../refusal.ts';
import type { ApiClient } from '../client/api-client.ts';
import { confirm, type Terminal } from '../client/confirm.ts';
import { readNames } from '../client/name-list.ts';
import { outputOf, withApi } from '../client/session.ts';

interface RemoveOptions {
  readonly file?: string;
  readonly reason?: string;
  readonly gone?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** What the API is asked for. */
export interface RemovalBody {
  readonly clients: readonly string[];
  readonly reason?: string;
  readonly gone: boolean;
}

export function addRemoveCommand(fleet: Command): void {
  fleet
    .command('remove [client...]')
    .description(
      'take clients out of the fleet; refused while a campaign has something open on one or still wants one. Asks you to type the name, or the number of clients',
    )
    .option('--file <file>', 'the clients of a file with one name on each line')
    .option('--reason <text>', 'why; kept in the audit')
    .option('--gone', 'the machines are gone: remove also clients that ended with a mark, or another rest')
    .option('--dry-run', 'show what would be removed, and change nothing')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      '\nExamples:\n  servpack fleet remove pc-0017 --reason "scrapped"\n  servpack fleet remove --file scrapped.txt',
    )
    .action(async (names: readonly string[], options: RemoveOptions, command: Command) => {
      await withApi(command, async (api) => {
        const clients = await clientsOf(names, options.file);
        if (!clients.ok) return clients;
        const { reason, gone = false, dryRun = false, yes = false } = options;
        const body = { clients: clients.value, gone, ...(reason === undefined ? {} : { reason }) };
        const confirmed = dryRun || yes ? ok(undefined) : await confirmRemoval(api, body);
        if (!confirmed.ok) return confirmed;
        const { removalLines } = await import('../render/fleet-changes.ts');
        return outputOf(await api.post(removalAnswer, '/v1/fleet/remove', { ...body, dryRun }), removalLines);
      });
    });
}

/** The clients that were named, or those of the file: exactly one of the two. */
async function clientsOf(
  names: readonly string[],
  file: string | undefined,
): Promise<Result<readonly string[], Refusal>> {
  if ((names.length === 0) === (file === undefined))
    return err(fault('input.which', 'give either names of clients, or --file LIST'));
  const clients = file === undefined ? ok(names) : await readNames(file);
  return clients.ok && clients.value.length === 0
    ? err(fault('input.which', `${file ?? ''} has no client in it`))
    : clients;
}

/** Says which clients would be removed, and asks for the name of one, or for their number. */
export async function confirmRemoval(
  api: ApiClient,
  body: RemovalBody,
  terminal?: Terminal,
): Promise<Result<void, Refusal>> {
  const asked = await api.post(removalAnswer, '/v1/fleet/remove', { ...body, dryRun: true });
  if (!asked.ok) return asked;
  const { removalQuestion } = await import('../../views/questions/fleet.ts');
  return confirm({ ...removalQuestion(asked.value), at: api.named }, false, terminal);
}
