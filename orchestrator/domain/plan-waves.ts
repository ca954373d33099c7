import type {
  CampaignDefinition,
  Client,
  Exclusion,
  Selection,
  Wave,
} from '../../shared/domain/campaign/definition.ts';
import { logonServerKey } from '../../shared/domain/observation/logon-server.ts';
import { spread } from '../../shared/domain/rules/backoff.ts';
import { excluding, fulfilling } from './criterion.ts';
import { sharing } from './share.ts';
import { fitting } from '../../shared/domain/campaign/where.ts';

/** The clients of a campaign, wave by wave. */
export interface Plan {
  readonly waves: readonly { readonly name: string; readonly clients: readonly Client[] }[];
  /** Number of selected clients without room in any wave; a campaign with one is refused. */
  readonly left: number;
  /** Clients that fulfil the selection and are left out, for each exclusion of the file. */
  readonly excluded: readonly { readonly exclusion: Exclusion; readonly clients: readonly Client[] }[];
}

/** Labels compare without case, as all names do: `Office` is `office`. */
export const hasLabel = ({ labels }: Client, asked: string): boolean =>
  labels.some((label) => label === asked || label.toLowerCase() === asked.toLowerCase());

/** Tells which clients fulfil all criteria of this selection, exclusions aside. */
export function selecting(selection: Selection): (candidate: Client) => boolean {
  const { labels, logonServers, clients, where = [], share } = selection;
  const servers = new Set(logonServers.map(logonServerKey));
  const names = new Set(clients);
  const fits = fitting(where);
  const isInShare = share === undefined ? () => true : sharing(share);
  return (candidate) =>
    labels.every((label) => hasLabel(candidate, label)) &&
    (servers.size === 0 || servers.has(logonServerKey(candidate.logonServer))) &&
    (names.size === 0 || names.has(candidate.client)) &&
    fits(candidate) &&
    isInShare(candidate);
}

/**
 * Distributes the selected clients to the waves, each to the first that fits. Their order is a
 * seeded shuffle, so that a small first wave is a sample of the whole fleet and not of one site.
 * The same seed gives the same waves.
 */
export function planWaves(definition: CampaignDefinition, fleet: readonly Client[]): Plan {
  const { selected, excluded } = chosenFrom(definition.select, fleet);
  const ordered = inOrder(definition, selected);
  let free = ordered;
  const waves = definition.waves.map(({ name, size }) => {
    const { taken, others } = split(free, size, ordered.length);
    free = others;
    return { name, clients: taken };
  });
  return { waves, left: free.length, excluded };
}

interface Split {
  readonly taken: readonly Client[];
  readonly others: readonly Client[];
}

/**
 * What a wave takes of the clients that are still free.
 * @param total all clients of the campaign
 * @param already clients that the wave has before
 */
export function split(free: readonly Client[], size: Wave['size'], total: number, already = 0): Split {
  if ('rest' in size) return { taken: free, others: [] };
  if ('count' in size) return splitAt(free, size.count - already);
  // Rounded up, so that a wave of a small fleet is not empty.
  if ('percent' in size) return splitAt(free, Math.ceil((total * size.percent) / 100) - already);
  const groups = Map.groupBy(free, fulfilling(size));
  return { taken: groups.get(true) ?? [], others: groups.get(false) ?? [] };
}

const splitAt = (free: readonly Client[], count: number): Split => ({
  taken: free.slice(0, Math.max(0, count)),
  others: free.slice(Math.max(0, count)),
});

/** Each client that is left out counts for the first exclusion that names it. */
function chosenFrom(
  selection: Selection,
  fleet: readonly Client[],
): { readonly selected: readonly Client[]; readonly excluded: Plan['excluded'] } {
  const { exclude = [] } = selection;
  const all = fleet.filter(selecting(selection));
  if (exclude.length === 0) return { selected: all, excluded: [] };
  const selected: Client[] = [];
  const excluded = new Map(exclude.map((exclusion) => [exclusion, [] as Client[]]));
  const exclusionOf = excluding(exclude);
  for (const client of all) {
    const exclusion = exclusionOf(client);
    (exclusion === null ? selected : excluded.get(exclusion))?.push(client);
  }
  return {
    selected,
    excluded: [...excluded].map(([exclusion, clients]) => ({ exclusion, clients })),
  };
}

/** The clients in the order of the campaign, which follows from its seed alone. */
export function inOrder<T extends { readonly client: string }>(
  { seed, campaign }: CampaignDefinition,
  clients: readonly T[],
): readonly T[] {
  return clients
    .map((client) => ({ client, rank: spread(seed, campaign, 'wave', client.client) }))
    .sort((a, b) => a.rank - b.rank || (a.client.client < b.client.client ? -1 : 1))
    .map(({ client }) => client);
}
