import type { Command } from 'commander';
import type { z } from 'zod';
import type { Result } from '../../../shared/errors.ts';
import { removedAnswer } from '../../http/schemas/campaigns.ts';
import type { Refusal } from '../../refusal.ts';
import type { CampaignStatus } from '../../views/status.ts';
import { type ApiClient, campaignPath } from '../client/api-client.ts';
import { confirmAbout } from '../client/confirm-campaign.ts';
import type { Terminal } from '../client/confirm.ts';
import { outputOf, withApi } from '../client/session.ts';
import { statusWord } from '../../views/campaign-words.ts';
import { many, safe } from '../render/view.ts';

interface RemoveOptions {
  readonly reason?: string;
  readonly yes?: boolean;
}

/** `delete`: what never ran. `archive`: what is over. */
export function addRemoveCommands(campaign: Command): void {
  addRemoveCommand(campaign, {
    name: 'delete',
    description: 'remove a campaign that never ran, so that its name is free. Asks you to type its name',
    example: 'servpack campaign delete sms-sp4 --reason "wrong file"',
    ask: confirmDelete,
    lines: ({ campaign: gone, clients }) => [
      `Campaign ${gone} is deleted, with its ${many(clients, 'client')}. Its name is free.`,
    ],
  });
  addRemoveCommand(campaign, {
    name: 'archive',
    description:
      "move a campaign that is over out of Redis into a file of the orchestrator's data folder, so that its name is free; its report stays. Asks you to type its name",
    example: 'servpack campaign archive sms-sp4',
    ask: confirmArchive,
    lines: ({ campaign: gone, clients, file }) => [
      `Campaign ${gone} is archived, with its ${many(clients, 'client')}: ${file ?? ''}`,
      `Its name is free. Its report: servpack campaign report ${gone} --archived`,
    ],
  });
}

interface RemoveCommand {
  /** Of the command, and of its route. */
  readonly name: 'delete' | 'archive';
  readonly description: string;
  readonly example: string;
  readonly ask: (api: ApiClient, campaign: string) => Promise<Result<void, Refusal>>;
  readonly lines: (removed: z.output<typeof removedAnswer>) => readonly string[];
}

function addRemoveCommand(campaign: Command, command: RemoveCommand): void {
  const { name, description, example, ask, lines } = command;
  campaign
    .command(`${name} <campaign>`)
    .description(description)
    .option('--reason <text>', 'why; kept in the audit')
    .option('--yes', 'do not ask')
    .addHelpText('after', `\nExample:\n  ${example}`)
    .action(async (asked: string, { reason, yes = false }: RemoveOptions, run: Command) => {
      await withApi(run, async (api) => {
        const confirmed = yes ? null : await ask(api, asked);
        if (confirmed !== null && !confirmed.ok) return confirmed;
        const removed = await api.post(removedAnswer, campaignPath(asked, `/${name}`), { reason });
        return outputOf(removed, (_view, value) => lines(value).map(safe));
      });
    });
}

/**
 * Says what is no longer possible afterwards, and asks for the name. A campaign that is not over
 * gets no question: the answer of the request says why.
 */
export const confirmArchive = (
  api: ApiClient,
  name: string,
  terminal?: Terminal,
): Promise<Result<void, Refusal>> =>
  confirmAbout(
    api,
    name,
    (status) =>
      status.endedAt === null ? null : { lines: archivedLines(status), answer: name, verb: 'archive it' },
    terminal,
  );

function archivedLines({ campaign, release, status, size, relocations }: CampaignStatus): readonly string[] {
  const moved =
    relocations.done === 0
      ? ''
      : ` ${many(relocations.done, 'service')} that it relocated can no longer be moved back with "client undo".`;
  return [
    `Campaign ${campaign}, release ${release}, ${statusWord[status]}: ${many(size, 'client')}.`,
    `It leaves Redis and the lists. No client of it can be tried again or unmarked afterwards.${moved}`,
  ];
}

/**
 * Says what goes, and asks for the name. A campaign that cannot be deleted gets no question: the
 * answer of the deletion says why.
 */
export const confirmDelete = (
  api: ApiClient,
  name: string,
  terminal?: Terminal,
): Promise<Result<void, Refusal>> =>
  confirmAbout(
    api,
    name,
    (status) =>
      status.startedAt === null ? { lines: deletedLines(status), answer: name, verb: 'delete it' } : null,
    terminal,
  );

function deletedLines({ campaign, release, status, size }: CampaignStatus): readonly string[] {
  return [
    `Campaign ${campaign}, release ${release}, ${statusWord[status]}: ${many(size, 'client')}, nothing was done to them.`,
    'It is removed. The audit keeps that it was there. Its name can be used again.',
  ];
}
