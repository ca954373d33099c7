import type { Command } from 'commander';
import { type AbortedAnswer, abortedAnswer } from '../../http/schemas/campaigns.ts';
import { type ApiClient, campaignPath } from '../client/api-client.ts';
import { confirmAbout, type Question } from '../client/confirm-campaign.ts';
import type { Terminal } from '../client/confirm.ts';
import { outputOf, withApi } from '../client/session.ts';
import { statusWord } from '../render/status.ts';
import { many, number, safe, type View } from '../render/view.ts';
import { wrapped } from '../render/wrap.ts';
import type { CampaignStatus } from '../../views/status.ts';
import type { Result } from '../../../shared/errors.ts';
import type { Refusal } from '../../refusal.ts';

interface AbortOptions {
  readonly reason: string;
  readonly yes?: boolean;
}

export function addAbortCommand(campaign: Command): void {
  campaign
    .command('abort <campaign>')
    .description(
      'end a campaign for good, within a second: clients that wait are cancelled, work in progress is completed. Asks you to type its name',
    )
    .requiredOption('--reason <text>', 'why; shown in the status')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  servpack campaign abort sms-sp4 --reason "wrong release"')
    .action(async (name: string, { reason, yes = false }: AbortOptions, command: Command) => {
      await withApi(command, async (api) => {
        const confirmed = yes ? null : await confirmAbort(api, name);
        if (confirmed !== null && !confirmed.ok) return confirmed;
        return outputOf(
          await api.post(abortedAnswer, campaignPath(name, '/abort'), { reason }),
          abortedLines,
        );
      });
    });
}

/**
 * Says what an abort ends, and asks for the name. A campaign that cannot be aborted gets no
 * question: the answer of the abort says why.
 */
export const confirmAbort = (
  api: ApiClient,
  name: string,
  terminal?: Terminal,
): Promise<Result<void, Refusal>> => confirmAbout(api, name, abortQuestion, terminal);

function abortQuestion(found: CampaignStatus): Question | null {
  const { campaign, release, status, size, settled, states } = found;
  if (status === 'aborted' || status === 'ended') return null;
  const left = size - settled - states.waiting;
  const alternative = insteadOfAbort(found);
  return {
    lines: [
      `Campaign ${campaign}, release ${release}, ${statusWord[status]}: ${number(settled)} of ${many(size, 'client')} finished, ${number(left)} in progress, ${number(states.waiting)} waiting.`,
      `Will happen: ${many(states.waiting, 'waiting client')} cancelled, work in progress on ${many(left, 'client')} completed.`,
      `Will not happen: ${many(settled, 'finished client')} ${settled === 1 ? 'stays' : 'stay'} as ${settled === 1 ? 'it is' : 'they are'}. No mark is taken back: the answer counts the clients that are still marked.`,
      'Undo: none. An aborted campaign cannot be resumed.',
      ...(alternative === null ? [] : [`${alternative.charAt(0).toUpperCase()}${alternative.slice(1)}`]),
    ],
    answer: campaign,
    verb: 'abort it',
    ...(alternative === null ? {} : { alternative }),
  };
}

/** The milder way that is possible in this state; null where the campaign stands still already. */
function insteadOfAbort({ campaign, status, paused }: CampaignStatus): string | null {
  if ((status === 'scheduled' || status === 'waitingForRelease') && paused === null)
    return `to take its start back only: servpack campaign unschedule ${campaign} --reason …`;
  return status === 'running' && paused === null
    ? `to stop it for a while only: servpack campaign pause ${campaign} --reason …`
    : status === 'created'
      ? `to remove it, as it never ran: servpack campaign delete ${campaign}`
      : null;
}

/** "Stopped in 0.4 s. Work on 7 clients is being completed. 1,212 clients are marked and WILL …" */
export function abortedLines(view: View, aborted: AbortedAnswer): readonly string[] {
  const { campaign, release, stoppedInMs, cancelling, finishing, stillMarked } = aborted;
  const seconds = (Math.max(100, stoppedInMs) / 1000).toFixed(1);
  const inProgress =
    finishing === 0
      ? 'No client has work in progress.'
      : cancelling
        ? `${many(finishing, 'client')} ${finishing === 1 ? 'is' : 'are'} still being cancelled or completed. Follow: servpack campaign status ${campaign}`
        : `Work on ${many(finishing, 'client')} is being completed safely.`;
  const first = safe(`Stopped in ${seconds} s. ${inProgress}`);
  if (stillMarked === 0) return [first];
  const marked = `${many(stillMarked, 'client')} ${stillMarked === 1 ? 'is' : 'are'} marked and WILL still install ${release} at ${stillMarked === 1 ? 'its' : 'their'} next logon: servpack campaign unmark ${campaign} --reason TEXT`;
  return [first, ...wrapped(view, '', marked, 'red')];
}
