import { type Command, Option } from 'commander';
import { buckets } from '../../../shared/domain/outcome/states.ts';
import type { z } from 'zod';
import { fault, err } from '../../../shared/errors.ts';
import { reopenedAnswer, type retryBody } from '../../http/schemas/campaigns.ts';
import { listTo } from '../client/list-clients.ts';
import { connect, type GlobalOptions, shown, showRefusal, withApi } from '../client/session.ts';
import { many, number, safe } from '../render/view.ts';
import { takeMarksBack } from './unmark.ts';
import { campaignPath } from '../client/api-client.ts';

export function addRetryCommands(campaign: Command): void {
  addRetryCommand(campaign);
  addUnmarkCommand(campaign);
  addClientsCommand(campaign);
}

type RetrySelection = z.infer<typeof retryBody>['which'];

const noneSelected: Readonly<Record<RetrySelection, string>> = {
  failed: 'has failed or needs attention',
  blocked: 'has ended because something was in the way',
  unreachable: 'has ended because it could not be reached',
};

type RetryOptions = Partial<Record<RetrySelection, boolean>> & { readonly reason?: string };

function addRetryCommand(campaign: Command): void {
  campaign
    .command('retry <campaign>')
    .description('open clients that are not ok again, each as its next attempt; an ended campaign runs again')
    .option('--failed', 'all that failed or need attention')
    .option('--blocked', 'of those, the ones something was in the way on')
    .option(
      '--unreachable',
      'of those, the ones that could not be reached or looked at, or did not come back',
    )
    .option('--reason <text>', 'why, for the audit')
    .addHelpText(
      'after',
      '\nExample:\n  servpack campaign retry sms-sp4 --unreachable --reason "the line is back"',
    )
    .action(async (name: string, { reason, ...asked }: RetryOptions, command: Command) => {
      await withApi(command, async (api) => {
        const [which, ...more] = Object.keys(asked);
        if (which === undefined || more.length > 0)
          return err(fault('input.which', 'say one of --failed, --blocked or --unreachable'));
        const body = { which, ...(reason === undefined ? {} : { reason }) };
        return shown(
          await api.post(reopenedAnswer, campaignPath(name, '/retry'), body),
          (_view, { reopened, passedOver }) => [
            reopened === 0 && passedOver === 0
              ? `No client of campaign ${safe(name)} ${noneSelected[which as RetrySelection]}.`
              : `${many(reopened, 'client')} tried again.${passedOver === 0 ? '' : ` ${number(passedOver)} passed over: others are at work on them.`}`,
          ],
        );
      });
    });
}

function addUnmarkCommand(campaign: Command): void {
  campaign
    .command('unmark <campaign>')
    .description(
      'take the mark back on every client that would still install; waits for them and says who is left',
    )
    .option('--reason <text>', 'why, for the audit')
    .addHelpText('after', '\nExample:\n  servpack campaign unmark sms-sp4 --reason "wrong release"')
    .action(async (name: string, { reason }: { reason?: string }, command: Command) => {
      await withApi(command, async (api) => takeMarksBack(api, name, reason));
    });
}

interface ClientsOptions {
  readonly state?: string;
  readonly wave?: string;
  readonly server?: string;
  readonly cause?: string;
  readonly csv?: boolean;
}

function addClientsCommand(campaign: Command): void {
  campaign
    .command('clients <campaign>')
    .description("list a campaign's clients; filter by state, wave, server, cause")
    .addOption(new Option('--state <state>', 'a column of the status table').choices(buckets))
    .option('--wave <name>', 'only of this wave')
    .option('--server <name>', 'only of this logon server')
    .option('--cause <text>', 'only with this in their cause or reason')
    .option('--csv', 'as CSV, with a header')
    .addHelpText(
      'after',
      '\nExamples:\n  servpack campaign clients sms-sp4 --state needsAttention --csv > attention.csv\n  servpack campaign clients sms-sp4 --cause "still marked"',
    )
    .action(async (name: string, { csv = false, ...query }: ClientsOptions, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const api = await connect(options, process.env);
      const form = csv ? 'csv' : options.json === true ? 'json' : 'text';
      const listed = api.ok
        ? await listTo(process.stdout, api.value, campaignPath(name, '/clients'), { query, form })
        : api;
      if (!listed.ok) showRefusal(listed.error, options.json === true);
    });
}
