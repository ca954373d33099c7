import { type Command, InvalidArgumentError } from 'commander';
import { fleetBytesAtMost } from '../../../shared/input/input-text.ts';
import { fleetAnswer, fleetImportAnswer } from '../../../shared/protocol/clients.ts';
import { readFileOf } from '../input-file.ts';
import { shown, withApi } from '../session.ts';
import { fleetLines } from '../text/client-text.ts';
import { many, number } from '../text/view.ts';

export function addFleetCommands(program: Command): void {
  const fleet = program
    .command('fleet')
    .description('the inventory: which clients there are')
    .addHelpText('after', '\nExample:\n  servpack fleet import examples/fleet.csv');

  fleet
    .command('import <file>')
    .description(
      'add and replace clients from a CSV file (client,host,logonServer,zone,role,labels), or refuse all of it',
    )
    .addHelpText('after', '\nExample:\n  servpack fleet import examples/fleet.csv')
    .action(async (file: string, _options: unknown, command: Command) => {
      await withApi(command, async (api) => {
        const input = await readFileOf(file, fleetBytesAtMost);
        if (!input.ok) return input;
        const imported = await api.post(fleetImportAnswer, '/v1/fleet', input.value);
        return shown(imported, (_view, { added, changed, total }) => [
          `${many(added, 'client')} added, ${number(changed)} changed; the fleet has ${many(total, 'client')}`,
        ]);
      });
    });

  fleet
    .command('list')
    .description('the fleet in numbers, and its clients')
    .option('--limit <n>', 'list at most so many clients', whole, 20)
    .option('--logon-server <name>', 'only clients of this logon server')
    .option('--label <label>', 'only clients with this label')
    .addHelpText('after', '\nExample:\n  servpack fleet list --logon-server LS-ROM --limit 100')
    .action(async (query: { limit: number; logonServer?: string; label?: string }, command: Command) => {
      await withApi(command, async (api) =>
        shown(await api.get(fleetAnswer, '/v1/fleet', { ...query }), fleetLines),
      );
    });
}

export function whole(text: string): number {
  const value = Number(text);
  if (/^\d{1,7}$/.test(text) && value <= 1_000_000) return value;
  throw new InvalidArgumentError('Expected a whole number from 0 to 1000000.');
}
