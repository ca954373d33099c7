import { type Command, InvalidArgumentError } from 'commander';
import { endedWell } from '../../views/ended-well.ts';
import { readDuration } from '../../../shared/input/quantities.ts';
import { statusAnswer } from '../../http/schemas/campaigns.ts';
import { exitCodes } from '../exit-codes.ts';
import { connect, type GlobalOptions, showRefusal } from '../client/session.ts';
import { watchCampaign } from '../client/watch-campaign.ts';
import type { WatchScreen } from '../client/watch-screen.ts';
import { listenForKeys, type WatchKeys } from '../client/watch-keys.ts';
import { canRedraw } from '../render/view.ts';
import { jsonScreenOn, watchLinesOn, watchScreenOn } from '../client/watch-screens.ts';
import { segment } from '../client/api-client.ts';

/** Time between two drawings: half a second looks live; a log file needs fewer lines. */
const liveEveryMs = 500;
const lineEveryMs = 2_000;

export function addWatchCommand(campaign: Command): void {
  campaign
    .command('watch <campaign>')
    .description(
      'show a campaign live until it has ended, also while the orchestrator is away; q stops watching, ? shows the keys. Exit code 0 if no client failed or needs attention, else 1; 0 after q, 130 after Ctrl-C',
    )
    .option(
      '--every <duration>',
      'read the campaign this often, such as 1s or 1m (default: show what the orchestrator pushes)',
      every,
    )
    .option('--until-paused', 'also stop when the campaign is paused, with exit code 1')
    .addHelpText('after', '\nExample:\n  servpack campaign watch sms-sp4')
    .action(async (name: string, { every: given }: { every?: number }, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { untilPaused?: boolean }>();
      await watch(name, options, given ?? null);
    });
}

async function watch(
  name: string,
  options: GlobalOptions & { untilPaused?: boolean },
  givenMs: number | null,
): Promise<void> {
  const isJson = options.json === true;
  const api = await connect(options, process.env);
  if (!api.ok) return showRefusal(api.error, isJson);
  const stop = new AbortController();
  const stopWith =
    ({ code }: (typeof exitCodes)['ok' | 'interrupted']) =>
    (): void =>
      stop.abort(code);
  const interrupt = stopWith(exitCodes.interrupted);
  process.once('SIGINT', interrupt);
  const read = () => api.value.get(statusAnswer, `/v1/campaigns/${segment(name)}`);
  const { screen, release } = screenFor(isJson, { quit: stopWith(exitCodes.ok), interrupt });
  const everyMs = givenMs ?? (canRedraw(process.stdout) ? liveEveryMs : lineEveryMs);
  const watching = { api: api.value, name, read, screen, everyMs, signal: stop.signal };
  const { followCampaign } = await import('../client/follow-campaign.ts');
  const ended = await watchCampaign({
    ...watching,
    ...(givenMs === null ? { follow: (seen) => followCampaign(watching, seen) } : {}),
    untilPaused: options.untilPaused === true,
  }).finally(release);
  if (stop.signal.aborted) {
    process.exitCode = stop.signal.reason as number;
    return;
  }
  if (!ended.ok) return showRefusal(ended.error, isJson);
  process.exitCode = endedWell(ended.value) ? exitCodes.ok.code : exitCodes.refused.code;
}

/** Returns where the campaign is shown, and what gives the keyboard back. */
function screenFor(
  isJson: boolean,
  leave: Pick<WatchKeys, 'quit' | 'interrupt'>,
): { screen: WatchScreen; release: () => void } {
  const { stdin, stdout } = process;
  const release = (): void => undefined;
  if (isJson) return { screen: jsonScreenOn(stdout), release };
  if (!canRedraw(stdout)) return { screen: watchLinesOn(stdout), release };
  const screen = watchScreenOn(stdout, stdin.isTTY);
  if (!stdin.isTTY) return { screen, release };
  return {
    screen,
    release: listenForKeys(stdin, {
      ...leave,
      help: () => screen.toggleHelp(),
      scroll: (by) => screen.scroll(by),
    }),
  };
}

function every(text: string): number {
  const ms = readDuration(text);
  if (ms !== undefined && ms > 0) return ms;
  throw new InvalidArgumentError('Expected a duration such as 1s or 1m.');
}
