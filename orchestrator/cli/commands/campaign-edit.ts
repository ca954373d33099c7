import { type Command, InvalidArgumentError } from 'commander';
import type { z } from 'zod';
import { ok, type Result } from '../../../shared/errors.ts';
import { planAnswer } from '../../http/schemas/campaigns.ts';
import { cloneAnswer, editAnswer, historyAnswer } from '../../http/schemas/edits.ts';
import type { Refusal } from '../../refusal.ts';
import { type ApiClient, campaignPath } from '../client/api-client.ts';
import { confirm, type Terminal } from '../client/confirm.ts';
import { readCampaignOf } from '../client/campaign-input.ts';
import { commandOutput } from '../client/command-answer.ts';
import { type CommandOutput, outputOf, withApi } from '../client/session.ts';
import { editLines, historyLines } from '../render/edit.ts';
import { createdLines } from '../render/plan.ts';
import { plainView } from '../render/view.ts';
import { requiredReason } from './reason-option.ts';

interface EditOptions {
  readonly reason?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** `edit` and `revert` change the definition of a campaign; `history` and `clone` read it. */
export function addEditCommands(campaign: Command): void {
  addChangeCommands(campaign);
  campaign
    .command('history <campaign>')
    .description('show who changed the campaign file of a campaign, when, why and how')
    .addHelpText('after', '\nExample:\n  servpack campaign history sms-sp4')
    .action(async (name: string, _options: unknown, command: Command) => {
      await withApi(command, async (api) =>
        outputOf(await api.get(historyAnswer, campaignPath(name, '/history')), historyLines),
      );
    });
  addCloneCommand(campaign);
}

function addChangeCommands(campaign: Command): void {
  campaign
    .command('edit <campaign> <file>')
    .description(
      'change a campaign to what a campaign file says: shows the difference in words, and asks you to type its name',
    )
    .addOption(requiredReason('why; kept in the audit; only --dry-run needs none', 'dryRun'))
    .option('--dry-run', 'show the difference, and change nothing')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      '\nExample:\n  servpack campaign edit sms-sp4 examples/campaign.yaml --reason "smaller pilot"',
    )
    .action(async (name: string, file: string, options: EditOptions, command: Command) => {
      await withApi(command, async (api) => {
        const input = await readCampaignOf(file);
        return input.ok ? change(api, name, '/edit', input.value, options) : input;
      });
    });

  campaign
    .command('revert <campaign>')
    .argument('<edition>', '', editionOf)
    .description(
      'change a campaign back to an earlier edition of its file, as its history numbers them. Asks you to type its name',
    )
    .addOption(requiredReason('why; kept in the audit; only --dry-run needs none', 'dryRun'))
    .option('--dry-run', 'show the difference, and change nothing')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      '\nExample:\n  servpack campaign revert sms-sp4 0 --reason "the pilot was too small"',
    )
    .action(async (name: string, edition: number, options: EditOptions, command: Command) => {
      await withApi(command, async (api) => change(api, name, '/revert', { edition }, options));
    });
}

/** Shows the difference, asks, and applies it to the version of the campaign that was shown. */
async function change(
  api: ApiClient,
  name: string,
  route: string,
  input: object,
  { reason, dryRun = false, yes = false }: EditOptions,
): Promise<Result<CommandOutput, Refusal>> {
  const path = campaignPath(name, route);
  const shown = await api.post(editAnswer, path, { ...input, reason: reason ?? 'dry run', dryRun: true });
  if (!shown.ok || dryRun || shown.value.changes.length === 0) return outputOf(shown, editLines);
  const confirmed = yes ? ok(undefined) : await confirmEdit(shown.value, api.named);
  if (!confirmed.ok) return confirmed;
  const { version } = shown.value;
  return commandOutput(api, editAnswer, path, { ...input, reason, version }, editLines);
}

/** Shows the difference, and asks for the name of the campaign. */
export const confirmEdit = (
  edit: z.output<typeof editAnswer>,
  at: string | null,
  terminal?: Terminal,
): Promise<Result<void, Refusal>> =>
  confirm(
    { lines: editLines(plainView, edit), answer: edit.campaign, verb: 'change it', at },
    false,
    terminal,
  );

function editionOf(text: string): number {
  if (!/^\d{1,6}$/u.test(text))
    throw new InvalidArgumentError(
      'Expected the number of an edition, as "servpack campaign history" shows it.',
    );
  return Number(text);
}

function addCloneCommand(campaign: Command): void {
  campaign
    .command('clone <campaign>')
    .description('print the campaign file of a campaign under another name, or create that campaign')
    .requiredOption('--as <name>', 'the name of the new campaign')
    .option('--release <release>', 'another release')
    .option('--create', 'create the campaign at once; starts nothing')
    .addHelpText('after', '\nExample:\n  servpack campaign clone sms-sp4 --as sms-sp4-rest > rest.yaml')
    .action(
      async (
        name: string,
        { as, release, create = false }: { as: string; release?: string; create?: boolean },
        command: Command,
      ) => {
        await withApi(command, async (api) => {
          const query = release === undefined ? { as } : { as, release };
          const copy = await api.get(cloneAnswer, campaignPath(name, '/clone'), query);
          if (!copy.ok || !create) return outputOf(copy, copiedLines);
          return outputOf(await api.post(planAnswer, '/v1/campaigns', copy.value), createdLines);
        });
      },
    );
}

/** A comment names the calendar files, because the printed file is complete only beside them. */
function copiedLines(
  _view: unknown,
  { text, calendars = {} }: z.output<typeof cloneAnswer>,
): readonly string[] {
  const names = Object.keys(calendars);
  const note =
    names.length === 0
      ? []
      : [`# Belongs beside this file: ${names.join(', ')}. --json prints the text, --create needs no file.`];
  return [...text.replace(/\n$/u, '').split('\n'), ...note];
}
