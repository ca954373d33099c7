import type { Client } from '../domain/campaign/definition.ts';
import { err, ok } from '../errors.ts';
import { commandLineFor } from '../products/command-line.ts';
import type { Profile } from '../products/profile.ts';
import type { CommandContext } from './command-context.ts';
import type {
  Change,
  CommandOutput,
  Gateway,
  GatewayResult,
  MarkMethod,
  Phase,
  UpdateRun,
} from './gateway.ts';

type UpdateContext = Pick<CommandContext, 'gateway' | 'change' | 'profile' | 'client'>;

/** Marks the client for the update, as the profile of its product says. */
export async function mark(context: UpdateContext): Promise<GatewayResult<CommandOutput>> {
  const { gateway, change, profile, client } = context;
  const method = markMethod(profile, client);
  if (method === null) return notInProfile('how a client is marked');
  const reached = await canReach(gateway, change, commandOf(method));
  return reached.ok ? gateway.mark(change, method) : reached;
}

/** Takes the mark back. */
export async function unmark(context: UpdateContext): Promise<GatewayResult<CommandOutput>> {
  const { gateway, change, profile } = context;
  const phase = phaseOf(profile);
  return phase === null ? notInProfile('how a mark is taken back') : gateway.unmark(change, phase);
}

/** Marks the client and runs the update program at once (route `direct`). */
export async function runUpdate(context: UpdateContext): Promise<GatewayResult<CommandOutput>> {
  const { gateway, change, profile, client } = context;
  const run = updateRun(profile, client);
  if (run === null) return notInProfile('what a direct run starts');
  const reached = await canReach(gateway, change, `${commandOf(run.mark) ?? ''} ${run.command}`);
  return reached.ok ? gateway.runUpdate(change, run) : reached;
}

const commandOf = (method: MarkMethod | null): string | null =>
  method?.kind === 'command' ? method.command : null;

const notInProfile = (what: string): GatewayResult<never> =>
  err({ kind: 'failed', message: `the product profile does not say ${what}` });

/** What a command line may name of a client. */
type ClientNames = Pick<Client, 'client' | 'host' | 'logonServer'>;

/** How this client is marked, by the profile of its product; null = the product has no mark. */
export function markMethod(profile: Profile, client: ClientNames): MarkMethod | null {
  const { kind, command } = profile.update.mark;
  if (kind === 'command' && command !== null)
    return { kind, command: commandLineFor(command, client, profile.componentDirectory) };
  const phase = phaseOf(profile);
  return phase === null ? null : { kind: 'configuration', phase };
}

/** The line by which a client is marked; null where the product has none. */
export function phaseOf({ configuration }: Profile): Phase | null {
  const { file, phase } = configuration ?? { file: '', phase: null };
  return phase === null ? null : { file, ...phase };
}

/** A direct run on this client; null where the profile does not name one. */
export function updateRun(profile: Profile, client: ClientNames): UpdateRun | null {
  const { run } = profile.update;
  if (run === null) return null;
  return {
    mark: markMethod(profile, client),
    command: commandLineFor(run, client, profile.componentDirectory),
    transcriptFile: profile.transcript?.file ?? null,
  };
}

/** `\\server\share` of every network path that a command line names, each once. */
export function sharesIn(commandLine: string): readonly string[] {
  const found = commandLine.matchAll(/(?<![\w\\])\\\\[^\\/\s"<>|&^()]+\\[^\\/\s"<>|&^()]+/g);
  return [...new Set([...found].map(([share]) => share))];
}

/**
 * Checks before a command runs whether its login may read every share that the command line names.
 * A login with a key has no rights on the network: the command would fail with a misleading
 * message, or with none.
 * @param commandLine null = nothing is run
 */
export async function canReach(
  gateway: Pick<Gateway, 'canReadShare'>,
  { target, signal }: Pick<Change, 'target' | 'signal'>,
  commandLine: string | null,
): Promise<GatewayResult<void>> {
  for (const share of sharesIn(commandLine ?? '')) {
    const can = await gateway.canReadShare(target, share, signal);
    if (!can.ok) return can;
    if (!can.value)
      return err({ kind: 'failed', message: `this login cannot read ${share}: ${noNetworkRights}` });
  }
  return ok(undefined);
}

const noNetworkRights =
  "a login with a key has no rights on the network; log in with a password, let the user's own logon read it, or have servpack bring the files (docs/windows.md)";
