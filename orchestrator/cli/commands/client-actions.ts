import type { Command } from 'commander';
import { orderedAnswer } from '../../http/schemas/clients.ts';
import { segment } from '../client/path-segment.ts';
import { shown, withApi } from '../client/session.ts';
import { safe } from '../render/view.ts';

const orders = [
  [
    'retry',
    'open a client that has settled again, as its next attempt; an ended campaign runs again',
    'the disk was cleared',
  ],
  [
    'skip',
    'give a client up: it ends as skipped, as soon as nothing is open on it',
    'goes to the dump next week',
  ],
  ['undo', 'move its service back to where it was before it was relocated', 'its packages fail'],
] as const;

/** What a person wants of one client. */
export function addOrderCommands(client: Command): void {
  for (const [name, description, reason] of orders) {
    client
      .command(`${name} <client>`)
      .description(description)
      .requiredOption('--reason <text>', 'why, for the audit')
      .option(
        '--campaign <name>',
        'its part in this campaign; else the one that holds it, or the newest that knows it',
      )
      .addHelpText('after', `\nExample:\n  servpack client ${name} pc-0017 --reason "${reason}"`)
      .action(async (which: string, body: { reason: string; campaign?: string }, command: Command) => {
        await withApi(command, async (api) =>
          shown(
            await api.post(orderedAnswer, `/v1/clients/${segment(which)}/${name}`, { ...body }),
            (_view, { campaign, because }) => [safe(`${which} in campaign ${campaign}: ${because}`)],
          ),
        );
      });
  }
}
