import type { Command } from 'commander';
import { ok } from '../../../shared/errors.ts';
import { checkInAnswer, clientAnswer, whyAnswer } from '../../http/schemas/clients.ts';
import { readTranscript } from '../client/input-file.ts';
import { segment } from '../client/path-segment.ts';
import { shown, withApi } from '../client/session.ts';
import { safe } from '../render/view.ts';
import { whyLines } from '../render/why-text.ts';
import { addOrderCommands } from './client-actions.ts';
import { whole } from './fleet.ts';

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
      const { clientLines } = await import('../render/record-text.ts');
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

  addOrderCommands(client);

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
            safe(looks ? `${name}: ${because}` : `${name}: nothing to do, because ${because}`),
          ],
        );
      });
    });
}
