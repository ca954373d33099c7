import type { Command } from 'commander';
import { systemClock } from '../../../shared/clock.ts';
import { statusClause } from '../../../shared/domain/campaign/status-words.ts';
import type { Result } from '../../../shared/errors.ts';
import type { Rebuilt } from '../../audit/rebuild/summary.ts';
import type { Refusal } from '../../refusal.ts';
import { type GlobalOptions, printJson, printValue, showRefusal } from '../client/session.ts';
import { many, number, safe, type View } from '../render/view.ts';

interface RebuildOptions {
  readonly from: readonly string[];
  readonly heads?: readonly string[];
  readonly dryRun?: boolean;
}

export function addRebuildCommand(program: Command): void {
  program
    .command('rebuild')
    .description(
      'restore the records from the audit files after Redis was lost; needs REDIS_URL, and no servpack records in that Redis',
    )
    .requiredOption('--from <file...>', 'all audit files of all orchestrators')
    .option('--heads <log...>', 'logs of an orchestrator, whose heads the files must have')
    .option('--dry-run', 'only show what would be written')
    .addHelpText('after', '\nExample:\n  servpack rebuild --from .servpack/audit/*.jsonl --dry-run')
    .action(async ({ from, heads = [], dryRun }: RebuildOptions, command: Command) => {
      const { json } = command.optsWithGlobals<GlobalOptions>();
      const rebuilt = await run(from, heads, dryRun === true);
      if (!rebuilt.ok) return showRefusal(rebuilt.error, json === true);
      const { value } = rebuilt;
      if (json === true) printJson(value);
      else printValue(value, rebuiltLines);
    });
}

/** A dry run touches no Redis. */
async function run(
  files: readonly string[],
  logs: readonly string[],
  isDry: boolean,
): Promise<Result<Rebuilt, Refusal>> {
  const { rebuild } = await import('../../audit/rebuild/rebuild.ts');
  if (isDry) return rebuild(null, systemClock, files, logs);
  const { readConfig } = await import('../../../shared/config.ts');
  const config = readConfig(process.env);
  if (!config.ok) return config;
  const { readClock } = await import('../../../shared/shared-clock.ts');
  const { openRedisStore } = await import('../../../shared/store/redis/open.ts');
  const { redisUrl, prefix, shards } = config.value;
  const store = await openRedisStore({ url: redisUrl, prefix, shards });
  if (!store.ok) return store;
  try {
    const clock = await readClock(config.value.labClock, store.value);
    return await rebuild(store.value, clock, files, logs);
  } finally {
    await store.value.close();
  }
}

/** What was restored, and what a person must know before the campaigns are resumed. */
export function rebuiltLines(view: View, rebuilt: Rebuilt): readonly string[] {
  const { isWritten, clients, releases, campaigns, serverLimits, requests, schedules, halt } = rebuilt;
  const { gap, notRestored, notes } = rebuilt;
  const did = isWritten ? 'restored' : 'would be restored (nothing was written)';
  const what = [
    `${many(clients, 'client')} of the fleet`,
    many(releases, 'release'),
    ...(serverLimits === 0 ? [] : [`${many(serverLimits, 'limit')} of logon servers`]),
    ...(requests === 0
      ? []
      : [`${many(requests, 'command')} that ${requests === 1 ? 'waits' : 'wait'} for another person`]),
  ];
  return [
    view.paint('bold', `${what.join(', ')}: ${did}`),
    ...campaigns.map(({ campaign, status, settled, lookedAt, waiting }) =>
      safe(
        `campaign ${campaign}, which ${statusClause[status]}: ${many(settled, 'client')} finished, ${number(waiting)} waiting, ` +
          `${number(lookedAt)} in progress${lookedAt === 0 ? '' : ': a look comes before anything is done there'}`,
      ),
    ),
    ...campaigns.flatMap(({ campaign, unknownHooks }) =>
      unknownHooks.map((hook) =>
        view.paint(
          'yellow',
          safe(
            `hook ${hook} of campaign ${campaign}: what its command has done is not known; run it again with ` +
              `"servpack campaign hook retry ${campaign} ${hook} --reason TEXT", or go on without it: "servpack campaign hook accept"`,
          ),
        ),
      ),
    ),
    ...schedules.map((name) =>
      safe(`schedule ${name}: paused until you run: servpack schedule resume ${name}`),
    ),
    ...(halt === null
      ? []
      : [
          view.paint(
            'red',
            safe(
              `everything is halted by ${halt.by}: ${halt.because}; nothing starts until you run: servpack unhalt`,
            ),
          ),
        ]),
    view.paint('yellow', safe(gap)),
    ...notRestored.map((what) => safe(`not restored: ${what}`)),
    ...notes.map((note) => view.paint('yellow', safe(note))),
    ...(isWritten ? ['Start the orchestrator and the workers, then resume each paused campaign.'] : []),
  ];
}
