import type { Command } from 'commander';
import { segment } from '../client/api-client.ts';
import { readTranscript } from '../client/input-file.ts';
import { outputOf, withApi } from '../client/session.ts';
import { wholeNumber } from './fleet.ts';
import { safe } from '../render/view.ts';
import { whyLines } from '../render/why.ts';
import { checkInAnswer, clientAnswer, clientResultAnswer, whyAnswer } from '../../http/schemas/clients.ts';
import { ok } from '../../../shared/errors.ts';

const campaignHelp = 'in this campaign (default: the one that works on it now, else its newest one)';

const pathOf = (name: string, what = ''): string => `/v1/clients/${segment(name)}${what}`;

export function addClientCommands(program: Command): void {
  const client = program
    .command('client')
    .description('show one client and why it is in its state; retry it, skip it or undo its relocation')
    .addHelpText('after', '\nExample:\n  servpack client why pc-0017');

  client
    .command('show <client>')
    .description('show its row in the fleet, the record of its upgrade, and its last audit entries')
    .option('--entries <n>', 'number of audit entries', wholeNumber, 20)
    .addHelpText('after', '\nExample:\n  servpack client show pc-0017')
    .action(async (name: string, { entries }: { entries: number }, command: Command) => {
      // Only this command prints YAML: the others do not load its library.
      const { clientLines } = await import('../render/record.ts');
      await withApi(command, async (api) =>
        outputOf(await api.get(clientAnswer, pathOf(name), { entries }), clientLines),
      );
    });

  client
    .command('why <client>')
    .description(
      'explain in plain words: its state, the cause with its evidence, what happens next and when, and what follows if nothing changes',
    )
    .option('--campaign <name>', campaignHelp)
    .option('--evidence', 'also print what the last look found')
    .addHelpText('after', '\nExample:\n  servpack client why pc-0017 --evidence')
    .action(async (name: string, query: { campaign?: string; evidence?: boolean }, command: Command) => {
      await withApi(command, async (api) =>
        outputOf(await api.get(whyAnswer, pathOf(name, '/why'), { ...query }), whyLines),
      );
    });

  addActionCommands(client);

  client
    .command('checkin <client>')
    .description('check in for a client, as its logon script does: it is looked at as soon as possible')
    .option('--transcript <file>', 'the output of Smsrun32 /V; - reads it from stdin')
    .addHelpText(
      'after',
      '\nExamples:\n  servpack client checkin pc-0017\n  Smsrun32.exe /V | servpack client checkin pc-0017 --transcript -',
    )
    .action(async (name: string, { transcript: file }: { transcript?: string }, command: Command) => {
      await withApi(command, async (api) => {
        const transcript = file === undefined ? ok(undefined) : await readTranscript(file);
        if (!transcript.ok) return transcript;
        const body = transcript.value === undefined ? {} : { transcript: transcript.value };
        return outputOf(
          await api.post(checkInAnswer, pathOf(name, '/checkin'), body),
          (_view, { looks, because }) => {
            // The line begins with the client's name already.
            const why = because.replace(`client ${name} `, 'it ');
            return [safe(looks ? `${name}: ${why}` : `${name}: nothing to do: ${why}`)];
          },
        );
      });
    });
}

const actions = [
  [
    'retry',
    'try a finished client again; an ended campaign runs again',
    'the disk was cleared',
    (client: string) => `servpack client skip ${client} --reason TEXT`,
  ],
  [
    'skip',
    'leave a client out: it finishes as skipped, after its work in progress is completed',
    'goes to the dump next week',
    (client: string) => `servpack client retry ${client} --reason TEXT`,
  ],
  [
    'undo',
    'move its relocated service back to where it was before',
    'its packages fail',
    () => 'none. A retry relocates the service again if it blocks the update',
  ],
] as const;

/** What a person can do with one client. */
export function addActionCommands(client: Command): void {
  for (const [name, description, reason, undo] of actions) {
    client
      .command(`${name} <client>`)
      .description(description)
      .requiredOption('--reason <text>', 'why; kept in the audit')
      .option('--campaign <name>', campaignHelp)
      .addHelpText('after', `\nExample:\n  servpack client ${name} pc-0017 --reason "${reason}"`)
      .action(async (which: string, body: { reason: string; campaign?: string }, command: Command) => {
        await withApi(command, async (api) =>
          outputOf(
            await api.post(clientResultAnswer, `/v1/clients/${segment(which)}/${name}`, { ...body }),
            (_view, { campaign, because }) => [
              safe(`${which} in campaign ${campaign}: ${because}`),
              safe(`Undo: ${undo(which)}`),
            ],
          ),
        );
      });
  }
}
