import { presentEnd } from '../../shared/domain/outcome/ending.ts';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';

/** The clients that a rollback takes: those that the campaign has upgraded. */
export interface RollbackClients {
  /** By wave of the campaign, in the order of its waves; in order of their names. */
  readonly waves: readonly (readonly string[])[];
  /** The clients that stay as they are, by reason. */
  readonly leftOut: ReadonlyMap<string, readonly string[]>;
  /** Clients that are not finished: whether the campaign has upgraded them is not known yet. */
  readonly open: readonly string[];
}

/**
 * Sorts the clients of a campaign by whether the campaign has upgraded them.
 * @param waves how many waves the campaign has
 * @param waiting clients on which nothing has begun
 * @param fleet the present fleet by name
 */
export function rollbackClients(
  waves: number,
  upgrades: readonly Upgrade[],
  waiting: readonly string[],
  fleet: ReadonlyMap<string, Pick<Client, 'role'>>,
): RollbackClients {
  const taken = Array.from({ length: waves }, (): string[] => []);
  const leftOut = new Map<string, string[]>();
  const open: string[] = [];
  const leave = (client: string, because: string): void => {
    leftOut.set(because, [...(leftOut.get(because) ?? []), client]);
  };
  const begun = new Set(upgrades.map(({ client }) => client));
  for (const client of waiting) if (!begun.has(client)) leave(client, 'nothing has begun on it');
  for (const { client, wave, state } of upgrades) {
    if (state.phase !== 'settled') {
      open.push(client);
      continue;
    }
    const because = whyLeftOut(state, fleet.get(client));
    if (because === null) taken[wave]?.push(client);
    else leave(client, because);
  }
  return { waves: taken.map((clients) => clients.toSorted()), leftOut, open: open.toSorted() };
}

/** Why a client that has settled stays as it is; null = it goes back. */
function whyLeftOut(
  ending: Parameters<typeof presentEnd>[0],
  client: Pick<Client, 'role'> | undefined,
): string | null {
  const end = presentEnd(ending);
  if (end === 'alreadyCurrent') return 'it had the release before the campaign';
  if (end !== 'upgraded') return `not upgraded: ${ending.cause}`;
  if (client === undefined) return 'it is not in the fleet any more';
  return client.role === 'server' ? 'it is a server now' : null;
}
