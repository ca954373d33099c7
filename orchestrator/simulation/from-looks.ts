import { many } from '../views/numbers.ts';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import type { FreeTime } from '../../shared/domain/rules/free-time.ts';
import type { Remark, Verdict } from '../../shared/domain/observation/verdict.ts';
import { chance } from './machines/chance.ts';
import type { Trait } from './machines/traits.ts';
import type { KnownFleet } from './simulate-file.ts';

/** What the last look at a client says, as far as a model of its machine follows from it. */
export interface KnownLook {
  readonly client: string;
  readonly verdict: Verdict['kind'];
  /** A service that the product profile can relocate is in the way. */
  readonly movable: boolean;
  readonly remarks: readonly Remark[];
  /** When campaigns have found the client free; left out = none has counted it. */
  readonly freeTime?: FreeTime | undefined;
}

/** The model of a machine on which a look would find the same. */
export function traitOfLook({ verdict, movable, remarks }: Omit<KnownLook, 'client'>): Trait {
  switch (verdict) {
    case 'server':
      return 'server';
    case 'current':
      return 'current';
    case 'couldNotLook':
      return 'offlineForDays';
    case 'blocked':
      if (!movable) return 'userProgram';
      return remarks.includes('packageRuns') ? 'pcmBusy' : 'pcmInBin';
    case 'free':
      if (remarks.includes('loadMissing')) return 'loadMissing';
      return remarks.includes('loadDouble') ? 'loadTwice' : 'free';
  }
}

/**
 * The fleet with a model for each client, by its last look. A client without a look has that of
 * another client, by chance of the seed: so the fleet keeps its own shares.
 * @returns null where there is no look at any of its clients
 */
export function fleetFromLooks(
  clients: readonly Client[],
  looks: readonly KnownLook[],
  seed: string,
): KnownFleet | null {
  const byClient = new Map(looks.map((look) => [look.client, look]));
  const isWorkstation = ({ role }: Client): boolean => role === 'workstation';
  const known = clients.flatMap((client) => {
    const look = byClient.get(client.client);
    return look === undefined || !isWorkstation(client) ? [] : [traitOfLook(look)];
  });
  if (known.length === 0) return null;
  const traits: Record<string, Trait> = {};
  let guessed = 0;
  for (const client of clients.filter(isWorkstation)) {
    const look = byClient.get(client.client);
    if (look === undefined) guessed += 1;
    const drawn = Math.floor(chance(seed, client.client, 'look') * known.length);
    traits[client.client] = look === undefined ? (known[drawn] ?? 'free') : traitOfLook(look);
  }
  const without =
    guessed === 0
      ? ''
      : `; ${guessed} of them ${guessed === 1 ? 'has' : 'have'} no look and ${guessed === 1 ? 'gets' : 'get'} that of another client, by chance`;
  const counted = looks.flatMap(({ client, freeTime }) =>
    freeTime === undefined ? [] : [[client, freeTime] as const],
  );
  return {
    clients,
    traits,
    ...(counted.length === 0 ? {} : { freeTimes: Object.fromEntries(counted) }),
    says: `${many(clients.length, 'client')} of the fleet, each as its last look found it${without}. A look does not say who comes back from a restart, which files a server lacks, or when users log on: these are as in the lab`,
  };
}
