import type { Command } from 'commander';
import { type AbortedAnswer, abortedAnswer, statusAnswer } from '../../http/schemas/campaigns.ts';
import { type ApiClient, campaignPath } from '../client/api-client.ts';
import { confirm } from '../client/confirm.ts';
import { shown, withApi } from '../client/session.ts';
import { many, number, safe, type View } from '../render/view.ts';
import { wrapped } from '../render/wrap.ts';

interface AbortOptions {
  readonly reason: string;
  readonly yes?: boolean;
}

export function addAbortCommand(campaign: Command): void {
  campaign
    .command('abort <campaign>')
    .description(
      'end a campaign for good, within a second: who waits is cancelled, what was begun is finished; asks for its name',
    )
    .requiredOption('--reason <text>', 'why, for everyone who reads the status')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  servpack campaign abort sms-sp4 --reason "wrong release"')
    .action(async (name: string, { reason, yes = false }: AbortOptions, command: Command) => {
      await withApi(command, async (api) => {
        const asked = yes ? null : await askFor(api, name);
        if (asked !== null && !asked.ok) return asked;
        return shown(await api.post(abortedAnswer, campaignPath(name, '/abort'), { reason }), abortedLines);
      });
    });
}

async function askFor(api: ApiClient, name: string) {
  const status = await api.get(statusAnswer, campaignPath(name));
  if (!status.ok) return status;
  const { size, settled, states } = status.value;
  const left = size - settled - states.waiting;
  const instead = `to hold it instead, so that it can go on: servpack campaign pause ${name} --reason …`;
  return confirm(
    {
      lines: [
        `campaign ${name}, release ${status.value.release}, is ${status.value.status}: ${number(settled)} of ${many(size, 'client')} settled, ${number(left)} in work, ${number(states.waiting)} waiting.`,
        'An aborted campaign never goes on: who waits is cancelled, what was begun on a client is finished.',
        `${instead.charAt(0).toUpperCase()}${instead.slice(1)}`,
      ],
      answer: name,
      verb: 'abort it',
      instead,
    },
    false,
  );
}

/** "Stopped in 0.4 s. 7 are being finished safely. 1,212 clients are marked and WILL still install …" */
export function abortedLines(view: View, aborted: AbortedAnswer): readonly string[] {
  const { campaign, release, stoppedInMs, cancelling, finishing, stillMarked } = aborted;
  const seconds = (Math.max(100, stoppedInMs) / 1000).toFixed(1);
  const at = (count: number): string => (count === 1 ? '1 is' : `${number(count)} are`);
  const finished =
    finishing === 0
      ? 'Nothing is open on any client.'
      : cancelling
        ? `${at(finishing)} still being cancelled or finished safely: servpack campaign status ${campaign} says how far that is.`
        : `${at(finishing)} being finished safely.`;
  const first = safe(`Stopped in ${seconds} s. ${finished}`);
  if (stillMarked === 0) return [first];
  const marked = `${many(stillMarked, 'client')} ${stillMarked === 1 ? 'is' : 'are'} marked and WILL still install ${release} at ${stillMarked === 1 ? 'its' : 'their'} next logon: servpack campaign unmark ${campaign}`;
  return [first, ...wrapped(view, '', marked, 'red')];
}
