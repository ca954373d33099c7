import type { Client } from '../shared/domain/campaign/definition.ts';
import { commandLineFor } from '../shared/products/command-line.ts';
import type { Profile } from '../shared/products/profile.ts';
import type { MarkMethod, Phase, UpdateRun } from './gateways/gateway.ts';

/** What a command line may name of a client. */
type ClientNames = Pick<Client, 'client' | 'host' | 'logonServer'>;

/** How this client is marked, by the profile of its product; null where the product knows no mark. */
export function markMethod(profile: Profile, client: ClientNames): MarkMethod | null {
  const { kind, command } = profile.update.mark;
  if (kind === 'command' && command !== null)
    return { kind, command: commandLineFor(command, client, profile.componentDirectory) };
  const phase = phaseOf(profile);
  return phase === null ? null : { kind: 'configuration', phase };
}

export function phaseOf({ configuration }: Profile): Phase | null {
  const { file, phase } = configuration ?? { file: '', phase: null };
  return phase === null ? null : { file, ...phase };
}

/** A direct run on this client; null where the profile does not say one. */
export function updateRun(profile: Profile, client: ClientNames): UpdateRun | null {
  const { run } = profile.update;
  if (run === null) return null;
  return {
    mark: markMethod(profile, client),
    command: commandLineFor(run, client, profile.componentDirectory),
    transcriptFile: profile.transcript?.file ?? null,
  };
}
