import type { Command, UpgradeEvent } from '../domain/upgrade/events.ts';
import { capped, evidenceBytesAtMost } from '../evidence.ts';
import type { Evidence } from '../store/types.ts';
import type { CommandContext } from './command-context.ts';
import type { CommandOutput, GatewayResult } from './gateway.ts';
import { keptByHash } from './kept-by-hash.ts';
import { observeClient } from './observation/observe-client.ts';
import { runStep } from './remediation/run-step.ts';
import { mark, runUpdate, unmark } from './update-client.ts';

/** What came of a command: the event for the decider, and the raw text that the event rests on. */
export interface Outcome {
  readonly event: UpgradeEvent;
  readonly evidence: readonly Evidence[];
}

/**
 * Carries out one command on the client. Never throws for what a client can do; a failure is an
 * event.
 * @param mayHaveBegun the command may have been sent before, by a driver that was lost
 */
export async function execute(
  context: CommandContext,
  command: Command,
  mayHaveBegun: boolean,
): Promise<Outcome> {
  const { gateway, change } = context;
  switch (command.type) {
    case 'LookAtClient':
      return look(context);
    case 'MarkClient':
      return outcomeOf(context, await mark(context), { type: 'ClientMarked' });
    case 'UnmarkClient':
      return outcomeOf(context, await unmark(context), { type: 'ClientUnmarked' });
    case 'RunUpdate':
      return outcomeOf(context, await runUpdate(context), { type: 'UpdateRan' });
    case 'RestartClient':
      return withoutEvidence(await gateway.restart(change), { type: 'RestartOrdered' });
    case 'NotifyUsers':
      return withoutEvidence(await gateway.notify(change, command.text), { type: 'UsersNotified' });
    case 'RunStep':
      return { event: await runStep(context, command.journal, mayHaveBegun), evidence: [] };
  }
}

async function look(context: CommandContext): Promise<Outcome> {
  const { client, rules, profile, gateway, change } = context;
  const { target, signal } = change;
  const wanted = { profile, files: rules.files };
  const seen = await observeClient(gateway, wanted, { client, target, signal }, context);
  if (!seen.ok) return { event: { type: 'LookFailed', failure: seen.error }, evidence: [] };
  const { observation, evidence } = seen.value;
  return { event: { type: 'ClientObserved', observation }, evidence: [evidence] };
}

/** The outcome of a command with an exit code. Any code but 0 means that the client refused. */
function outcomeOf(
  { keepEvidence = keptByHash }: CommandContext,
  result: GatewayResult<CommandOutput>,
  done: UpgradeEvent,
): Outcome {
  if (!result.ok) return { event: { type: 'CommandFailed', failure: result.error }, evidence: [] };
  const { exitCode, output } = result.value;
  // Capped before it is hashed: a kept text must have the hash under which it is kept.
  const evidence = [keepEvidence(() => capped(`exit code ${exitCode}\n${output}`, evidenceBytesAtMost))];
  const failure = { kind: 'failed', message: `exit code ${exitCode}` } as const;
  return { event: exitCode === 0 ? done : { type: 'CommandFailed', failure }, evidence };
}

const withoutEvidence = (result: GatewayResult<void>, done: UpgradeEvent): Outcome => ({
  event: result.ok ? done : { type: 'CommandFailed', failure: result.error },
  evidence: [],
});
