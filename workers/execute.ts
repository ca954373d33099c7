import type { Clock } from '../shared/clock.ts';
import type { Client } from '../shared/domain/campaign/definition.ts';
import type { Rules } from '../shared/domain/rules/policy.ts';
import type { Command, UpgradeEvent } from '../shared/domain/upgrade/events.ts';
import { err } from '../shared/errors.ts';
import { capped, evidenceBytesAtMost, sha256 } from '../shared/evidence.ts';
import type { Profile } from '../shared/products/profile.ts';
import type { Change, CommandOutput, Gateway, GatewayResult, MarkMethod } from './gateways/gateway.ts';
import { canReach } from './network-reach.ts';
import { observeClient } from './observation/observe-client.ts';
import type { ReleaseFolder } from './release-folder.ts';
import { runStep } from './remediation/run-step.ts';
import { markMethod, phaseOf, updateRun } from './update-methods.ts';
import type { Evidence } from '../shared/store/types.ts';

/** What carrying out a command needs to know. */
export interface Job {
  readonly client: Client;
  readonly rules: Rules;
  readonly profile: Profile;
  readonly files: ReleaseFolder;
  readonly clock: Clock;
  readonly gateway: Gateway;
  readonly change: Change;
  /** The first command of an activation may have been given before, by a driver that was lost. */
  readonly resumes: boolean;
}

/** What came of a command: the event for the decider, and the raw text it rests on. */
export interface Outcome {
  readonly event: UpgradeEvent;
  readonly evidence: readonly Evidence[];
}

/** Carries out one command on the client. Never throws for what a client can do; a failure is an event. */
export async function act(job: Job, command: Command): Promise<Outcome> {
  const { gateway, change } = job;
  switch (command.type) {
    case 'LookAtClient':
      return look(job);
    case 'MarkClient':
      return ran(await mark(job), { type: 'ClientMarked' });
    case 'UnmarkClient':
      return ran(await unmark(job), { type: 'ClientUnmarked' });
    case 'RunUpdate':
      return ran(await runUpdate(job), { type: 'UpdateRan' });
    case 'RestartClient':
      return plain(await gateway.restart(change), { type: 'RestartOrdered' });
    case 'NotifyUsers':
      return plain(await gateway.notify(change, command.text), { type: 'UsersNotified' });
    case 'RunStep':
      return { event: await runStep(job, command.journal), evidence: [] };
  }
}

async function mark({ gateway, change, profile, client }: Job): Promise<GatewayResult<CommandOutput>> {
  const how = markMethod(profile, client);
  if (how === null) return notSaid('how a client is marked');
  const reached = await canReach(gateway, change, commandOf(how));
  return reached.ok ? gateway.mark(change, how) : reached;
}

async function unmark({ gateway, change, profile }: Job): Promise<GatewayResult<CommandOutput>> {
  const phase = phaseOf(profile);
  return phase === null ? notSaid('how a mark is taken back') : gateway.unmark(change, phase);
}

async function runUpdate({ gateway, change, profile, client }: Job): Promise<GatewayResult<CommandOutput>> {
  const run = updateRun(profile, client);
  if (run === null) return notSaid('what a direct run starts');
  const reached = await canReach(gateway, change, `${commandOf(run.mark) ?? ''} ${run.command}`);
  return reached.ok ? gateway.runUpdate(change, run) : reached;
}

const commandOf = (how: MarkMethod | null): string | null => (how?.kind === 'command' ? how.command : null);

const notSaid = (what: string): GatewayResult<never> =>
  err({ kind: 'failed', message: `the product profile does not say ${what}` });

async function look({ client, rules, profile, gateway, change: { target, signal } }: Job): Promise<Outcome> {
  const scope = { profile, files: rules.files };
  const seen = await observeClient(gateway, scope, { client, target, signal });
  if (!seen.ok) return { event: { type: 'LookFailed', failure: seen.error }, evidence: [] };
  const { observation, evidence } = seen.value;
  return { event: { type: 'ClientObserved', observation }, evidence: [evidence] };
}

/** A command with an exit code: anything but 0 means that the client did it and says no. */
function ran(result: GatewayResult<CommandOutput>, done: UpgradeEvent): Outcome {
  if (!result.ok) return { event: { type: 'CommandFailed', failure: result.error }, evidence: [] };
  const { exitCode, output } = result.value;
  // Cut before it is hashed: a kept text must have the hash it is kept under.
  const text = capped(`exit code ${exitCode}\n${output}`, evidenceBytesAtMost);
  const evidence = [{ sha256: sha256(text), text }];
  const failure = { kind: 'failed', message: `exit code ${exitCode}` } as const;
  return { event: exitCode === 0 ? done : { type: 'CommandFailed', failure }, evidence };
}

const plain = (result: GatewayResult<void>, done: UpgradeEvent): Outcome => ({
  event: result.ok ? done : { type: 'CommandFailed', failure: result.error },
  evidence: [],
});
