import type { Command } from 'commander';
import type { z } from 'zod';
import type { Result } from '../../../shared/errors.ts';
import { undoneAnswer } from '../../http/schemas/edits.ts';
import type { Refusal } from '../../refusal.ts';
import { type ApiClient, campaignPath } from '../client/api-client.ts';
import { confirmAbout } from '../client/confirm-campaign.ts';
import type { Terminal } from '../client/confirm.ts';
import { commandOutput } from '../client/command-answer.ts';
import { withApi } from '../client/session.ts';
import { many, safe, type View } from '../render/view.ts';
import { wrapped } from '../render/wrap.ts';
import { requiredReason } from './reason-option.ts';

/** Moves the services of all relocated clients of a campaign back. */
export function addUndoCommand(campaign: Command): void {
  campaign
    .command('undo <campaign>')
    .description(
      'move every service that servpack has relocated in a campaign back to its path. Asks you to type how many',
    )
    .addOption(requiredReason('why; kept in the audit'))
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      '\nExample:\n  servpack campaign undo sms-sp4 --reason "the vendor wants the old path"',
    )
    .action(
      async (name: string, { reason, yes = false }: { reason: string; yes?: boolean }, command: Command) => {
        await withApi(command, async (api) => {
          const confirmed = yes ? null : await confirmUndo(api, name);
          if (confirmed !== null && !confirmed.ok) return confirmed;
          return commandOutput(api, undoneAnswer, campaignPath(name, '/undo'), { reason }, undoLines);
        });
      },
    );
}

/** Says what goes back, and asks for the number. */
export async function confirmUndo(
  api: ApiClient,
  name: string,
  terminal?: Terminal,
): Promise<Result<void, Refusal>> {
  const { undoQuestion } = await import('../../views/questions/undo.ts');
  return confirmAbout(api, name, undoQuestion, terminal);
}

function undoLines(
  view: View,
  { campaign, reopened, passedOver, because }: z.output<typeof undoneAnswer>,
): readonly string[] {
  if (reopened + passedOver === 0)
    return [safe(`No client of campaign ${campaign} has a service that servpack has relocated.`)];
  return [
    safe(`${many(reopened, 'client')} of ${campaign} will be moved back`),
    ...(passedOver === 0 ? [] : [`${many(passedOver, 'client')} could not be asked to:`]),
    ...because.flatMap((each) => wrapped(view, `  ${each.client}: `, each.because)),
    safe(`Follow: servpack campaign watch ${campaign}`),
  ];
}
