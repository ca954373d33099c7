import type { Command } from 'commander';
import { segment } from '../client/api-client.ts';
import { readTranscript } from '../client/input-file.ts';
import { shown, withApi } from '../client/session.ts';
import { whole } from './fleet.ts';
import { safe } from '../render/view.ts';
import { whyLines } from '../render/why.ts';
import { checkInAnswer, clientAnswer, clientResultAnswer, whyAnswer } from '../../http/schemas/clients.ts';
import { ok } from '../../../shared/errors.ts';

const pathOf = (name: string, what = ''): string => `/v1/clients/${segment(name)}${what}`;

export function addClientCommands(program: Command): void {
  const client = program
    .command('client')
    .description('one machine: where it stands, and why')
    .addHelpText('after', '\nExample:\n  servpack client why pc-0017');

  client
    .command('show <client>')
    .description('its row of the fleet, its upgrade as it is kept, and the last audit entries')
    .option('--entries <n>', 'so many audit entries', whole, 20)
    .addHelpText('after', '\nExample:\n  servpack client show pc-0017')
    .action(async (name: string, { entries }: { entries: number }, command: Command) => {
      // It prints YAML, which the other commands need not load.
      const { clientLines } = await import('../render/record.ts');
      await withApi(command, async (api) =>
        shown(await api.get(clientAnswer, pathOf(name), { entries }), clientLines),
      );
    });

  client
    .command('why <client>')
    .description(
      'in plain words: state, cause with evidence, next action and its time, and what if it stays so',
    )
    .option(
      '--campaign <name>',
      'its part in this campaign; else the one that holds it, or the newest that knows it',
    )
    .option('--evidence', 'print what the last look found, too')
    .addHelpText('after', '\nExample:\n  servpack client why pc-0017 --evidence')
    .action(async (name: string, query: { campaign?: string; evidence?: boolean }, command: Command) => {
      await withApi(command, async (api) =>
        shown(await api.get(whyAnswer, pathOf(name, '/why'), { ...query }), whyLines),
      );
    });

  addActionCommands(client);

  client
    .command('checkin <client>')
    .description('report in for a client, as its logon script does: it is looked at as soon as possible')
    .option('--transcript <file>', 'what Smsrun32 /V said; - reads it from stdin')
    .addHelpText(
      'after',
      '\nExamples:\n  servpack client checkin pc-0017\n  Smsrun32.exe /V | servpack client checkin pc-0017 --transcript -',
    )
    .action(async (name: string, { transcript: file }: { transcript?: string }, command: Command) => {
      await withApi(command, async (api) => {
        const transcript = file === undefined ? ok(undefined) : await readTranscript(file);
        if (!transcript.ok) return transcript;
        const body = transcript.value === undefined ? {} : { transcript: transcript.value };
        return shown(
          await api.post(checkInAnswer, pathOf(name, '/checkin'), body),
          (_view, { looks, because }) => [
            safe(looks ? `${name}: ${because}` : `${name}: nothing to do: ${because}`),
          ],
        );
      });
    });
}

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
export function addActionCommands(client: Command): void {
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
            await api.post(clientResultAnswer, `/v1/clients/${segment(which)}/${name}`, { ...body }),
            (_view, { campaign, because }) => [safe(`${which} in campaign ${campaign}: ${because}`)],
          ),
        );
      });
  }
}
