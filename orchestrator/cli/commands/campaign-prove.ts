import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { readDuration } from '../../../shared/input/quantities.ts';
import { readCampaignOf } from '../client/campaign-input.ts';
import { dataDirOf, type GlobalOptions, printJson, printValue, showRefusal } from '../client/session.ts';
import { given } from '../client/target.ts';
import { exitCodes } from '../exit-codes.ts';

interface ProveInput {
  readonly neverDown?: number;
  readonly per?: string;
  readonly loggedOn?: boolean;
  readonly product?: string;
  readonly starts?: string;
  readonly events: number;
  readonly states: number;
  readonly timeLimit?: number;
}

export function addProveCommand(campaign: Command): void {
  campaign
    .command('prove <file>')
    .description(
      'look for a chain of events in which the policy of a campaign file does what it must never do; shows the shortest one, or what was looked at; needs no orchestrator',
    )
    .option('--never-down <n>', 'at most n clients of one part of the fleet are down at once', upTo(0, 5))
    .option('--per <key>', 'the part: logonServer, zone, or the key of a label such as site')
    .option('--logged-on', 'nobody who is logged on is restarted, also where the policy allows it')
    .option('--product <product>', 'the product of the release (default: by the name of the release)')
    .option(
      '--starts <time>',
      'when the campaign starts, such as "2027-01-04 18:00 Europe/Rome" (default: see docs/prove.md)',
    )
    .option('--events <n>', 'look at chains of at most n events', upTo(1, 30), 8)
    .option('--states <n>', 'look at so many states', upTo(100, 10_000_000), 20_000)
    .option('--time-limit <duration>', 'stop after this time: 10s, 10m (default: 25s)', timeLimit)
    .addHelpText(
      'after',
      '\nExit code 0: no such chain of events was found; 1: one was found; 2: the file has faults.' +
        '\n\nExamples:\n  servpack campaign prove examples/campaign.yaml\n  servpack campaign prove hospital.yaml --never-down 1 --per site',
    )
    .action(async (file: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & ProveInput>();
      const input = await readCampaignOf(file);
      if (!input.ok) return showRefusal(input.error, options.json === true);
      // A proof runs here, over the domain code itself, so that a policy can be tried before there
      // is an orchestrator. All of this is loaded for this command alone.
      const [{ proveFile }, { proofLines }] = await Promise.all([
        import('../../proving/prove-file.ts'),
        import('../render/proof.ts'),
      ]);
      const profiles =
        given(process.env, 'SERVPACK_PRODUCTS') ?? join(dataDirOf(options, process.env), 'products');
      const proof = proveFile(input.value, {
        neverDown: options.neverDown ?? null,
        per: options.per ?? null,
        loggedOn: options.loggedOn === true,
        product: options.product ?? null,
        starts: options.starts ?? null,
        events: options.events,
        states: options.states,
        timeLimitMs: options.timeLimit ?? usualLimitMs,
        profiles,
      });
      if (!proof.ok) return showRefusal(proof.error, options.json === true);
      if (proof.value.counterexample !== null) process.exitCode = exitCodes.refused.code;
      if (options.json === true) printJson(proof.value);
      else printValue(proof.value, proofLines);
    });
}

/** The answer is there within half a minute. */
const usualLimitMs = 25_000;

const upTo =
  (least: number, most: number) =>
  (text: string): number => {
    if (/^\d{1,8}$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };

function timeLimit(text: string): number {
  const ms = readDuration(text);
  if (ms !== undefined && ms >= 1_000 && ms <= 24 * 3_600_000) return ms;
  throw new InvalidArgumentError('Expected a duration from 1s to 24h, such as 30s or 10m.');
}
