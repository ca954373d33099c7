import type { Command } from 'commander';
import { roles } from '../../http/contract/permissions.ts';
import { segment } from '../client/api-client.ts';
import { outputOf, withApi } from '../client/session.ts';
import { requiredReason } from './reason-option.ts';

interface NewToken {
  readonly role: string;
  readonly person?: string;
  readonly expires?: string;
  readonly campaigns: readonly string[];
  readonly sites: readonly string[];
}

const example = 'servpack token create night-shift --role operator --person anna --expires 90d';

/** The tokens of the API. */
export function addTokenCommands(program: Command): void {
  const token = program
    .command('token')
    .description('who may use the API: create, list and revoke tokens')
    .addHelpText('after', `\nExample:\n  ${example}`);

  token
    .command('create <name>')
    .description('make a token and print it; it is shown once, and servpack keeps only its SHA-256')
    .requiredOption('--role <role>', roles.join(', '))
    .option('--person <name>', 'the one person who has it; needed to approve what another person must')
    .option('--expires <duration>', 'such as 12h or 90d; left out = it does not expire')
    .option('--campaigns <names>', 'only these campaigns: names, or how they begin (pune-*)', listOf, [])
    .option('--sites <names>', 'only the clients of these logon servers', listOf, [])
    .addHelpText('after', `\nExample:\n  ${example}`)
    .action(async (name: string, options: NewToken, command: Command) => {
      const { role, person, expires, campaigns, sites } = options;
      const body = { name, role, person, expires, campaigns, sites };
      const [{ newTokenAnswer }, { newTokenLines }] = await shapes();
      await withApi(command, async (api) =>
        outputOf(await api.post(newTokenAnswer, '/v1/tokens', body), newTokenLines),
      );
    });

  token
    .command('list')
    .description('every token with its role, its person, its expiry, and when it was used last')
    .addHelpText('after', '\nExample:\n  servpack token list')
    .action(async (_options: unknown, command: Command) => {
      const [{ tokensAnswer }, { tokenLines }] = await shapes();
      await withApi(command, async (api) => outputOf(await api.get(tokensAnswer, '/v1/tokens'), tokenLines));
    });

  token
    .command('revoke <name>')
    .description('refuse a token from now on, with the sessions that began with it')
    .addOption(requiredReason('why; kept in the audit'))
    .addHelpText('after', '\nExample:\n  servpack token revoke night-shift --reason "anna has left"')
    .action(async (name: string, { reason }: { readonly reason: string }, command: Command) => {
      const [{ revokedTokenAnswer }, { revokedTokenLines }] = await shapes();
      await withApi(command, async (api) => {
        const path = `/v1/tokens/${segment(name)}/revoke`;
        return outputOf(await api.post(revokedTokenAnswer, path, { reason }), revokedTokenLines);
      });
    });
}

/** Loaded when they are needed: every command loads this file. */
const shapes = () => Promise.all([import('../../http/schemas/access.ts'), import('../render/tokens.ts')]);

/** `a,b` and a repeated option mean the same. */
const listOf = (text: string, before: readonly string[]): readonly string[] => [
  ...before,
  ...text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== ''),
];
