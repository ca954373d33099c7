import { commandOutput } from '../client/command-answer.ts';
import type { Command } from 'commander';
import type { z } from 'zod';
import { type ApiClient, placeLine, segment } from '../client/api-client.ts';
import { readTranscript } from '../client/input-file.ts';
import { type GlobalOptions, outputOf, withApi } from '../client/session.ts';
import { alsoSpelled } from './former-option.ts';
import { addProofCommand } from './client-proof.ts';
import { wholeNumber } from './fleet.ts';
import { safe } from '../render/view.ts';
import { clientLines, type ShownClient } from '../render/record.ts';
import type { Refusal } from '../../refusal.ts';
import { whyLines } from '../render/why.ts';
import { checkInAnswer, clientAnswer, clientResultAnswer, whyAnswer } from '../../http/schemas/clients.ts';
import { ok, type Result } from '../../../shared/errors.ts';
import { requiredReason } from './reason-option.ts';

const campaignHelp = 'in this campaign (default: the one that works on it now, else its newest one)';

const pathOf = (name: string, what = ''): string => `/v1/clients/${segment(name)}${what}`;

export function addClientCommands(program: Command): void {
  const client = program
    .command('client')
    .description(
      'show one client and why it is in its state; retry the client, skip the client or undo its relocation',
    )
    .addHelpText('after', '\nExample:\n  servpack client why pc-0017');

  const show = client
    .command('show <client>')
    .description(
      'show who it is, where it stands and why, what was tried, what blocks it, what the last look found, and its last audit entries; with --json the stored record',
    )
    .option('--limit <n>', 'list at most this many audit entries', wholeNumber, 20)
    .addHelpText('after', '\nExample:\n  servpack client show pc-0017')
    .action(async (name: string, { limit: entries }: { limit: number }, command: Command) => {
      const { json } = command.optsWithGlobals<GlobalOptions>();
      await withApi(command, async (api) => {
        const found = await api.get(clientAnswer, pathOf(name), { entries });
        if (!found.ok || json === true) return outputOf(found, () => []);
        const shown = await withWhy(api, found.value);
        return outputOf(shown, clientLines);
      });
    });
  alsoSpelled(show, '--entries <n>', 'limit', wholeNumber);

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
  addProofCommand(client);

  client
    .command('checkin <client>')
    .description(
      'check in for a client, as its logon script does: a worker looks at the client as soon as possible',
    )
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
          (_view, { client: spelled, looks, because }) => {
            // The line begins with the client's name already.
            const why = because.replace(`client ${spelled} `, 'it ');
            return [safe(looks ? `${spelled}: ${why}` : `${spelled}: nothing to do: ${why}`)];
          },
        );
      });
    });
}

/** A client that is in no campaign has no reason to stand anywhere. */
async function withWhy(
  api: ApiClient,
  answer: z.infer<typeof clientAnswer>,
): Promise<Result<ShownClient, Refusal>> {
  const { part, client } = answer;
  if (part === null) return ok({ ...answer, why: null });
  const query = { campaign: part.campaign, evidence: true };
  const why = await api.get(whyAnswer, pathOf(client.client, '/why'), query);
  return why.ok ? ok({ ...answer, why: why.value }) : why;
}

/** A client that was skipped before its wave is not retried before the wave is open. */
const onceOpen = '# once its wave is open';

const actions = [
  [
    'retry',
    'try a finished client again; an ended campaign runs again',
    'the disk was cleared',
    (client: string, campaign: string) =>
      `servpack client skip ${client} --campaign ${campaign} --reason TEXT`,
  ],
  [
    'skip',
    'leave a client out: the client finishes as skipped, after its work in progress is completed',
    'goes to the dump next week',
    (client: string, campaign: string) =>
      [`servpack client retry ${client} --campaign ${campaign} --reason TEXT`, onceOpen].join('   '),
  ],
  [
    'undo',
    'move the relocated services of a client back to where they were before',
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
      .addOption(requiredReason('why; kept in the audit'))
      .option('--campaign <name>', campaignHelp)
      .addHelpText('after', `\nExample:\n  servpack client ${name} pc-0017 --reason "${reason}"`)
      .action(async (which: string, body: { reason: string; campaign?: string }, command: Command) => {
        await withApi(command, async (api) =>
          commandOutput(
            api,
            clientResultAnswer,
            `/v1/clients/${segment(which)}/${name}`,
            { ...body },
            (_view, { client: spelled, campaign, because }) => [
              ...placeLine(api),
              safe(`${spelled} in campaign ${campaign}: ${because}`),
              safe(`Undo: ${undo(spelled, campaign)}`),
            ],
          ),
        );
      });
  }
}
