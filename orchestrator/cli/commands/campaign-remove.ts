import type { Command } from 'commander';
import type { Result } from '../../../shared/errors.ts';
import { ok } from '../../../shared/errors.ts';
import { removedAnswer, statusAnswer } from '../../http/schemas/campaigns.ts';
import type { Refusal } from '../../refusal.ts';
import type { CampaignStatus } from '../../views/status.ts';
import { type ApiClient, campaignPath } from '../client/api-client.ts';
import { confirm, type Terminal } from '../client/confirm.ts';
import { outputOf, withApi } from '../client/session.ts';
import { statusWord } from '../render/status.ts';
import { many, safe } from '../render/view.ts';

interface RemoveOptions {
  readonly reason?: string;
  readonly yes?: boolean;
}

/** `delete`: what never ran. `archive`: what is over. */
export function addRemoveCommands(campaign: Command): void {
  addDeleteCommand(campaign);
  addArchiveCommand(campaign);
}

function addDeleteCommand(campaign: Command): void {
  campaign
    .command('delete <campaign>')
    .description('remove a campaign that never ran, so that its name is free. Asks you to type its name')
    .option('--reason <text>', 'why; kept in the audit')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  servpack campaign delete sms-sp4 --reason "wrong file"')
    .action(async (name: string, { reason, yes = false }: RemoveOptions, command: Command) => {
      await withApi(command, async (api) => {
        const confirmed = yes ? null : await confirmDelete(api, name);
        if (confirmed !== null && !confirmed.ok) return confirmed;
        const removed = await api.post(removedAnswer, campaignPath(name, '/delete'), { reason });
        return outputOf(removed, (_view, { campaign: gone, clients }) => [
          safe(`Campaign ${gone} is deleted, with its ${many(clients, 'client')}. Its name is free.`),
        ]);
      });
    });
}

function addArchiveCommand(campaign: Command): void {
  campaign
    .command('archive <campaign>')
    .description(
      "move a campaign that is over out of Redis into a file of the orchestrator's data folder, so that its name is free; its report stays. Asks you to type its name",
    )
    .option('--reason <text>', 'why; kept in the audit')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  servpack campaign archive sms-sp4')
    .action(async (name: string, { reason, yes = false }: RemoveOptions, command: Command) => {
      await withApi(command, async (api) => {
        const confirmed = yes ? null : await confirmArchive(api, name);
        if (confirmed !== null && !confirmed.ok) return confirmed;
        const removed = await api.post(removedAnswer, campaignPath(name, '/archive'), { reason });
        return outputOf(removed, (_view, { campaign: gone, clients, file }) => [
          safe(`Campaign ${gone} is archived, with its ${many(clients, 'client')}: ${file ?? ''}`),
          safe(`Its name is free. Its report: servpack campaign report ${gone} --archived`),
        ]);
      });
    });
}

/**
 * Says what is no longer possible afterwards, and asks for the name. A campaign that is not over
 * gets no question: the answer of the request says why.
 */
export async function confirmArchive(
  api: ApiClient,
  name: string,
  terminal?: Terminal,
): Promise<Result<void, Refusal>> {
  const found = await api.get(statusAnswer, campaignPath(name));
  if (!found.ok) return found;
  const { campaign, release, status, size, endedAt, relocations } = found.value;
  if (endedAt === null) return ok(undefined);
  const moved =
    relocations.done === 0
      ? ''
      : ` ${many(relocations.done, 'service')} that it relocated cannot be moved back with "client undo" any more.`;
  const lines = [
    `Campaign ${campaign}, release ${release}, ${statusWord[status]}: ${many(size, 'client')}.`,
    `It leaves Redis and the lists. No client of it can be tried again or unmarked afterwards.${moved}`,
  ];
  return confirm({ lines, answer: name, verb: 'archive it' }, false, terminal);
}

/**
 * Says what goes, and asks for the name. A campaign that cannot be deleted gets no question: the
 * answer of the deletion says why.
 */
export async function confirmDelete(
  api: ApiClient,
  name: string,
  terminal?: Terminal,
): Promise<Result<void, Refusal>> {
  const status = await api.get(statusAnswer, campaignPath(name));
  if (!status.ok) return status;
  if (status.value.startedAt !== null) return ok(undefined);
  return confirm({ lines: [...goingLines(status.value)], answer: name, verb: 'delete it' }, false, terminal);
}

function goingLines({ campaign, release, status, size }: CampaignStatus): readonly string[] {
  return [
    `Campaign ${campaign}, release ${release}, ${statusWord[status]}: ${many(size, 'client')}, nothing was done to them.`,
    'It is removed. The audit keeps that it was there. Its name can be used again.',
  ];
}
