import type { Command } from 'commander';
import { fault, err } from '../../../shared/errors.ts';
import { checkInsAnswer, reopenedAnswer } from '../../http/schemas/campaigns.ts';
import { formOf, listTo } from '../client/list-clients.ts';
import { stateOption } from '../client/state-option.ts';
import { connect, type GlobalOptions, outputOf, showRefusal, withApi } from '../client/session.ts';
import { many, number, safe } from '../render/view.ts';
import { confirmUnmark, removeMarks } from './unmark.ts';
import { campaignPath } from '../client/api-client.ts';
import { requiredReason } from './reason-option.ts';

export function addRetryCommands(campaign: Command): void {
  addRetryCommand(campaign);
  addUnmarkCommand(campaign);
  addCheckInCommand(campaign);
  addClientsCommand(campaign);
}

/** What no client has done, when a retry has found none. */
const noneFound = {
  failed: 'failed or needs attention',
  blocked: 'failed because something blocked it',
  unreachable: 'failed because it could not be reached',
} as const;

type RetrySelection = keyof typeof noneFound;

type RetryOptions = Partial<Record<RetrySelection, boolean>> & { readonly reason?: string };

function addRetryCommand(campaign: Command): void {
  campaign
    .command('retry <campaign>')
    .description(
      'try again the clients of a campaign that failed or need attention; an ended campaign runs again',
    )
    .option('--failed', 'all of them')
    .option('--blocked', 'only those that something blocked')
    .option(
      '--unreachable',
      'only those that could not be reached or looked at, or did not come back after a restart',
    )
    .option('--reason <text>', 'why; kept in the audit')
    .addHelpText(
      'after',
      '\nExample:\n  servpack campaign retry sms-sp4 --unreachable --reason "the line is back"',
    )
    .action(async (name: string, { reason, ...selection }: RetryOptions, command: Command) => {
      await withApi(command, async (api) => {
        const [which, ...more] = Object.keys(selection);
        if (which === undefined || more.length > 0)
          return err(fault('input.which', 'give exactly one of --failed, --blocked and --unreachable'));
        const body = { which, ...(reason === undefined ? {} : { reason }) };
        return outputOf(
          await api.post(reopenedAnswer, campaignPath(name, '/retry'), body),
          (_view, { reopened, passedOver }) => [
            reopened === 0 && passedOver === 0
              ? `No client of campaign ${safe(name)} ${noneFound[which as RetrySelection]}.`
              : `${many(reopened, 'client')} will be tried again, with new budgets.${passedOver === 0 ? '' : ` ${number(passedOver)} left out: another campaign is working on them, or their hook after-client has not ended.`}`,
          ],
        );
      });
    });
}

interface UnmarkOptions {
  readonly reason: string;
  readonly yes?: boolean;
}

function addUnmarkCommand(campaign: Command): void {
  campaign
    .command('unmark <campaign>')
    .description(
      'take back the mark of every finished client that would still install; waits, and says how many are left. Asks you to type their number',
    )
    .addOption(requiredReason('why; kept in the audit'))
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  servpack campaign unmark sms-sp4 --reason "wrong release"')
    .action(async (name: string, { reason, yes = false }: UnmarkOptions, command: Command) => {
      await withApi(command, async (api) => {
        const confirmed = yes ? null : await confirmUnmark(api, name);
        return confirmed !== null && !confirmed.ok ? confirmed : removeMarks(api, name, reason);
      });
    });
}

type CheckInOptions = Readonly<Partial<Record<'cause' | 'wave' | 'server' | 'stuck', string>>>;

function addCheckInCommand(campaign: Command): void {
  campaign
    .command('checkin <campaign>')
    .description('look again at clients of a campaign that wait, as soon as its budgets allow')
    .option('--cause <text>', 'only clients with this text in their reason: unreachable, logon')
    .option('--wave <name>', 'only clients of this wave')
    .option('--server <name>', 'only clients of this logon server')
    .option('--stuck <duration>', 'only clients that have waited this long: 12h, 3d')
    .addHelpText('after', '\nExample:\n  servpack campaign checkin sms-sp4 --cause unreachable')
    .action(async (name: string, filter: CheckInOptions, command: Command) => {
      await withApi(command, async (api) =>
        outputOf(
          await api.post(checkInsAnswer, campaignPath(name, '/checkin'), filter),
          (_view, { asked, looks }) => [
            asked === 0
              ? `No client of campaign ${safe(name)} waits for that.`
              : `${number(looks)} of ${many(asked, 'client')} will be looked at as soon as a worker is free.`,
          ],
        ),
      );
    });
}

interface ClientsOptions {
  readonly prefix?: string;
  readonly state?: string;
  readonly wave?: string;
  readonly server?: string;
  readonly cause?: string;
  readonly marked?: boolean;
  readonly stuck?: string;
  readonly csv?: boolean;
}

function addClientsCommand(campaign: Command): void {
  campaign
    .command('clients <campaign>')
    .description("list a campaign's clients; filter by state, wave, server, cause")
    .addOption(stateOption('only clients in this state'))
    .option('--prefix <text>', 'only clients whose names begin like this')
    .option('--wave <name>', 'only clients of this wave')
    .option('--server <name>', 'only clients of this logon server')
    .option(
      '--cause <text>',
      'only clients with this text in their cause or reason, or waiting for it: logon',
    )
    .option('--marked', 'only finished clients that will still install at their next logon')
    .option('--stuck <duration>', 'only clients that have waited this long: 12h, 3d')
    .option('--csv', 'CSV with a header line')
    .addHelpText(
      'after',
      '\nExamples:\n  servpack campaign clients sms-sp4 --state "needs attention" --csv > attention.csv\n  servpack campaign clients sms-sp4 --stuck 3d',
    )
    .action(async (name: string, { csv = false, marked, ...rest }: ClientsOptions, command: Command) => {
      const query = { ...rest, ...(marked === undefined ? {} : { marked: String(marked) }) };
      const options = command.optsWithGlobals<GlobalOptions>();
      const form = formOf(csv, options.json === true);
      const api = form.ok ? await connect(options, process.env) : form;
      const listed =
        api.ok && form.ok
          ? await listTo(process.stdout, api.value, campaignPath(name, '/clients'), {
              query,
              form: form.value,
            })
          : api;
      if (!listed.ok) showRefusal(listed.error, options.json === true);
    });
}
