import { usualApprovalMs } from '../../simulation/assumed.ts';
import { type Command, InvalidArgumentError } from 'commander';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import { readDuration } from '../../../shared/input/quantities.ts';
import type { Refusal } from '../../refusal.ts';
import type { SimulationOrder } from '../../simulation/simulate-file.ts';
import type { SimulationAnswer } from '../../simulation/answer.ts';
import { readCampaignOf } from '../client/campaign-input.ts';
import { connect, type GlobalOptions, printJson, printValue, showRefusal } from '../client/session.ts';

interface SimulateOptions extends GlobalOptions {
  readonly clients?: number;
  readonly seed: string;
  readonly replicates?: number;
  readonly starts?: string;
  readonly approvalsAfter?: number;
  readonly fromLooks?: boolean;
}

export function addSimulateCommand(campaign: Command): void {
  campaign
    .command('simulate <file>')
    .description(
      'run a campaign file on virtual time against model clients: when it would end, and what would make it faster; changes nothing',
    )
    .option('--clients <n>', 'size of the model fleet (default: 500)', wholeNumber)
    .option('--from-looks', 'your own fleet instead, each client as its last look found it')
    .option('--seed <text>', 'the same text gives the same simulation again', '1')
    .option(
      '--replicates <n>',
      'further simulations with other seeds, for P50 and P90; 0 = none',
      wholeNumber,
    )
    .option('--starts <time>', 'when it is started (default: now): "2026-11-24 22:00 Europe/Rome"')
    .option('--approvals-after <duration>', 'how long a person takes to approve: 30m, 4h (default: 4h)', span)
    .addHelpText(
      'after',
      '\nNeeds no orchestrator, except for --from-looks.\n\nExamples:\n  servpack campaign simulate examples/campaign.yaml --clients 500 --seed 7\n  servpack campaign simulate examples/campaign.yaml --from-looks',
    )
    .action(async (file: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<SimulateOptions>();
      const isJson = options.json === true;
      const done = await simulated(file, options);
      if (!done.ok) return showRefusal(done.error, isJson);
      if (isJson) return printJson(done.value);
      const { simulationLines } = await import('../render/simulation.ts');
      printValue(done.value, simulationLines);
    });
}

async function simulated(file: string, options: SimulateOptions): Promise<Result<SimulationAnswer, Refusal>> {
  const { seed, replicates, starts, approvalsAfter = usualApprovalMs } = options;
  const input = await readCampaignOf(file);
  if (!input.ok) return input;
  const fleet = await fleetOf(options, input.value);
  if (!fleet.ok) return fleet;
  // The simulator is loaded only where it runs: it is as large as the rest of the command line.
  const { simulateFile } = await import('../../simulation/threads/simulate.ts');
  const { simulatedProfile, simulatedMoment } = await import('../../simulation/threads/surroundings.ts');
  const profile = simulatedProfile();
  if (!profile.ok) return profile;
  const startAt = simulatedMoment(starts);
  if (startAt === undefined)
    return err(
      fault(
        'input.time',
        `--starts ${JSON.stringify(starts)} is not a moment with its time zone, such as "2026-11-24 22:00 Europe/Rome"`,
      ),
    );
  const order = { ...input.value, ...fleet.value, seed, startAt, approvalMs: approvalsAfter };
  const answer = await simulateFile({ ...order, profile: profile.value }, replicates);
  return answer.ok ? ok(answer.value) : answer;
}

/** A model fleet, or the fleet of the orchestrator as its last looks found it. */
async function fleetOf(
  options: SimulateOptions,
  input: object,
): Promise<Result<Pick<SimulationOrder, 'fleet' | 'noRelease'>, Refusal>> {
  const { clients, fromLooks, seed } = options;
  if (fromLooks !== true) return ok({ fleet: { count: clients ?? 500 } });
  if (clients !== undefined)
    return err(fault('input.fleet', 'give either --clients or --from-looks, not both'));
  const api = await connect(options, process.env);
  if (!api.ok) return api;
  const { noLooks, readKnownFleet } = await import('../client/known-fleet.ts');
  const known = await readKnownFleet(api.value, input);
  if (!known.ok) return known;
  const { fleetFromLooks } = await import('../../simulation/from-looks.ts');
  const fleet = fleetFromLooks(known.value.clients, known.value.looks, seed);
  return fleet === null ? noLooks() : ok({ fleet, noRelease: known.value.noRelease });
}

const clientsAtMost = 1_000_000;

function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= clientsAtMost) return value;
  throw new InvalidArgumentError('Expected a whole number of at most 1,000,000.');
}

function span(text: string): number {
  const ms = readDuration(text);
  if (ms !== undefined) return ms;
  throw new InvalidArgumentError('Expected a time such as 30m or 4h.');
}
