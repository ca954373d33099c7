import { type Command, InvalidArgumentError } from 'commander';
import { err, fault } from '../../../shared/errors.ts';
import { formOf, listTo, type ShownEntries } from '../client/list-clients.ts';
import { connect, type GlobalOptions, outputOf, showRefusal, withApi } from '../client/session.ts';
import { fleetLines } from '../render/fleet.ts';
import { safe } from '../render/view.ts';
import { addImportCommand } from './fleet-import.ts';
import { addRemoveCommand } from './fleet-remove.ts';
import { revokedAnswer, tokenLine } from '../../http/schemas/fleet.ts';
import { alsoSpelled } from './former-option.ts';
import { requiredReason } from './reason-option.ts';

export function addFleetCommands(program: Command): void {
  const fleet = program
    .command('fleet')
    .description('import and list the clients; manage their check-in tokens')
    .addHelpText('after', '\nExample:\n  servpack fleet import examples/fleet.csv');

  addImportCommand(fleet);
  addRemoveCommand(fleet);
  addTokenCommands(fleet);

  fleet
    .command('export')
    .description('print the fleet as CSV that imports again to the same fleet; --json prints it as JSON')
    .addHelpText('after', '\nExample:\n  servpack fleet export > fleet.csv')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const api = await connect(options, process.env);
      const form = options.json === true ? 'json' : 'csv';
      const listed = api.ok
        ? await listTo(process.stdout, api.value, '/v1/fleet/export', { query: {}, form })
        : api;
      if (!listed.ok) showRefusal(listed.error, options.json === true);
    });

  const list = fleet
    .command('list')
    .description('count and list the clients of the fleet')
    .option('--limit <n>', 'list at most this many clients', wholeNumber, 20)
    .option('--server <name>', 'only clients of this logon server')
    .option('--label <label>', 'only clients with this label')
    .addHelpText('after', '\nExample:\n  servpack fleet list --server LS-ROM --limit 100')
    .action(async ({ server: logonServer, limit, label }: ListOptions, command: Command) => {
      const { readFleet } = await import('../client/read-fleet.ts');
      const query = { limit, logonServer, label };
      await withApi(command, async (api) => outputOf(await readFleet(api, query), fleetLines));
    });
  alsoSpelled(list, '--logon-server <name>', 'server');
}

interface ListOptions {
  readonly limit: number;
  readonly server?: string;
  readonly label?: string;
}

interface TokensOptions {
  readonly csv?: boolean;
  readonly generation?: number;
}

function addTokenCommands(fleet: Command): void {
  fleet
    .command('tokens [client]')
    .description('list the check-in token of each client: it allows a client to check in, and nothing else')
    .option('--csv', 'CSV with a header line: client,host,generation,token')
    .option(
      '--generation <n>',
      'tokens of this generation, to hand out before older ones are revoked',
      wholeNumber,
    )
    .addHelpText(
      'after',
      '\nExamples:\n  servpack fleet tokens pc-0017\n  servpack fleet tokens --csv > tokens.csv',
    )
    .action(
      async (client: string | undefined, { csv = false, generation }: TokensOptions, command: Command) => {
        const options = command.optsWithGlobals<GlobalOptions>();
        const form = formOf(csv, options.json === true);
        const api = form.ok ? await connect(options, process.env) : form;
        const query = { client, generation: generation?.toString() };
        const listed =
          api.ok && form.ok
            ? await listTo(process.stdout, api.value, '/v1/fleet/tokens', {
                query,
                form: form.value,
                list: 'tokens',
                shown: shownTokens,
              })
            : api;
        if (!listed.ok) showRefusal(listed.error, options.json === true);
      },
    );

  fleet
    .command('revoke-tokens [client]')
    .description('refuse all check-in tokens given out so far to one client, or to every client (--all)')
    .option('--all', 'the tokens of every client')
    .option('--below <n>', 'only tokens of a generation below this number', wholeNumber)
    .addOption(requiredReason('why; kept in the audit'))
    .addHelpText(
      'after',
      '\nExamples:\n  servpack fleet revoke-tokens pc-0017 --reason "stolen"\n  servpack fleet revoke-tokens --all --below 2 --reason "new ones are out"',
    )
    .action(
      async (
        client: string | undefined,
        { all = false, below, reason }: { all?: boolean; below?: number; reason: string },
        command: Command,
      ) => {
        await withApi(command, async (api) => {
          if ((client === undefined) !== all)
            return err(fault('input.which', 'give either one client, or --all for every client'));
          const revoked = await api.post(revokedAnswer, '/v1/fleet/tokens/revoke', { client, below, reason });
          return outputOf(revoked, (_view, { client: spelled, least }) => [
            safe(
              `${spelled ?? 'every client'}: check-in tokens below generation ${least} are refused from now on`,
            ),
            safe(`List the new tokens: servpack fleet tokens ${spelled ?? '--csv'}`),
          ]);
        });
      },
    );
}

const shownTokens: ShownEntries = {
  columns: [{ head: 'client' }, { head: 'generation', align: 'right', isNamed: true }, { head: 'token' }],
  textsOf: (line) => {
    const { client, generation, token } = tokenLine.parse(JSON.parse(line));
    return [client, String(generation), token];
  },
};

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d{1,7}$/.test(text) && value <= 1_000_000) return value;
  throw new InvalidArgumentError('Expected a whole number from 0 to 1000000.');
}
