import type { Command } from 'commander';
import { type AbortedAnswer, abortedAnswer } from '../../http/schemas/campaigns.ts';
import { type ApiClient, campaignPath } from '../client/api-client.ts';
import { confirmAbout } from '../client/confirm-campaign.ts';
import type { Terminal } from '../client/confirm.ts';
import { commandOutput } from '../client/command-answer.ts';
import { withApi } from '../client/session.ts';
import { many, safe, type View } from '../render/view.ts';
import { wrapped } from '../render/wrap.ts';
import type { Result } from '../../../shared/errors.ts';
import type { Refusal } from '../../refusal.ts';
import { requiredReason } from './reason-option.ts';

interface AbortOptions {
  readonly reason: string;
  readonly yes?: boolean;
}

export function addAbortCommand(campaign: Command): void {
  campaign
    .command('abort <campaign>')
    .description(
      'end a campaign for good, within a second: its clients are cancelled; a restart, or a change of a service, that has begun is finished first. Asks you to type its name',
    )
    .addOption(requiredReason('why; shown in the status'))
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  servpack campaign abort sms-sp4 --reason "wrong release"')
    .action(async (name: string, { reason, yes = false }: AbortOptions, command: Command) => {
      await withApi(command, async (api) => {
        const confirmed = yes ? null : await confirmAbort(api, name);
        if (confirmed !== null && !confirmed.ok) return confirmed;
        return commandOutput(api, abortedAnswer, campaignPath(name, '/abort'), { reason }, abortedLines);
      });
    });
}

/**
 * Says what an abort ends, and asks for the name. A campaign that cannot be aborted gets no
 * question: the answer of the abort says why.
 */
export async function confirmAbort(
  api: ApiClient,
  name: string,
  terminal?: Terminal,
): Promise<Result<void, Refusal>> {
  const { abortQuestion } = await import('../../views/questions/abort.ts');
  return confirmAbout(api, name, abortQuestion, terminal);
}

/** `Stopped in 0.4 s. What has begun on 7 clients is finished first; …` */
export function abortedLines(view: View, aborted: AbortedAnswer): readonly string[] {
  const { campaign, release, stoppedInMs, cancelling, finishing, stillMarked } = aborted;
  const seconds = (Math.max(100, stoppedInMs) / 1000).toFixed(1);
  const inProgress =
    finishing === 0
      ? 'No client has work in progress.'
      : cancelling
        ? `${many(finishing, 'client')} ${finishing === 1 ? 'is' : 'are'} still being cancelled. Follow: servpack campaign status ${campaign}`
        : `What has begun on ${many(finishing, 'client')} is finished first; then ${finishing === 1 ? 'it is' : 'they are'} cancelled.`;
  const first = safe(`Stopped in ${seconds} s. ${inProgress}`);
  if (stillMarked === 0) return [first];
  const marked = `${many(stillMarked, 'client')} ${stillMarked === 1 ? 'is' : 'are'} marked and WILL still install ${release} at ${stillMarked === 1 ? 'its' : 'their'} next logon: servpack campaign unmark ${campaign} --reason TEXT`;
  return [first, ...wrapped(view, '', marked, 'red')];
}
