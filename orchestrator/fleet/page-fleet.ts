import type { Client } from '../../shared/domain/campaign/definition.ts';
import { logonServerKey } from '../../shared/domain/observation/logon-server.ts';
import { ok, type Result } from '../../shared/errors.ts';
import { nameKey } from '../../shared/store/name-order.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import type { OrchestratorContext } from '../context.ts';
import { hasLabel } from '../domain/plan-waves.ts';
import { cursorOf, placeOf } from '../lists/cursor.ts';
import { type Page, type PageQuestion, readAtFirst, readAtMost } from '../lists/page.ts';
import type { Refusal } from '../refusal.ts';
import { fleetServers } from './servers.ts';

/** Which clients of the fleet are listed. A filter that is absent does not apply. */
export interface FleetFilter {
  readonly logonServer?: string | undefined;
  readonly label?: string | undefined;
  /** Only clients whose names begin so, in any case. */
  readonly prefix?: string | undefined;
}

/** The fleet in numbers, and a page of its clients in the order of their names. */
export interface FleetList extends Omit<Page<Client>, 'items' | 'total' | 'totalIs'> {
  readonly total: number;
  readonly servers: number;
  readonly logonServers: readonly { readonly logonServer: string; readonly clients: number }[];
  readonly clients: readonly Client[];
  readonly found: number;
  readonly foundIs: Page<Client>['totalIs'];
}

const readAtOnce = 1_000;

/**
 * The numbers stand in the store. A page costs the same at any place of a fleet of any size; one
 * that is filtered by label or logon server reads at most 20,000 clients. Refused for a logon
 * server that the fleet does not have.
 */
export async function pageFleet(
  { store }: OrchestratorContext,
  { limit, after, ...filter }: FleetFilter & PageQuestion,
): Promise<Result<FleetList, Refusal>> {
  const { logonServer, label, prefix = '' } = filter;
  const known = logonServer === undefined ? ok([]) : await fleetServers(store, [logonServer]);
  if (!known.ok) return known;
  const list = ['fleet', logonServer?.toLowerCase() ?? null, label ?? null, prefix.toLowerCase()];
  const place = placeOf(list, after);
  if (!place.ok) return place;
  const total = await store.fleetSize();
  const logonServers = [...(await store.logonServers())]
    .map(([name, clients]) => ({ logonServer: name, clients }))
    .sort((a, b) => (a.logonServer < b.logonServer ? -1 : 1));
  const { items, read, through } = await readSome(store, filter, {
    after: place.value?.after ?? null,
    limit,
  });
  const sum = (place.value?.found ?? 0) + items.length;
  const counted = countedIn(filter, total, logonServers);
  return ok({
    total,
    servers: await store.fleetServers(),
    logonServers,
    clients: items,
    found: counted ?? sum,
    foundIs: counted === null && through !== null ? 'atLeast' : 'exact',
    next: through === null ? null : cursorOf(list, { after: through, found: sum }),
    ...(isFiltered(filter) ? { read } : {}),
  });
}

const isFiltered = ({ logonServer, label }: FleetFilter): boolean =>
  logonServer !== undefined || label !== undefined;

const isAt =
  (logonServer: string | undefined) =>
  (other: { readonly logonServer: string }): boolean =>
    logonServer === undefined || logonServerKey(other.logonServer) === logonServerKey(logonServer);

/** How many clients the filter lets through; null = only reading all of them would tell. */
function countedIn(
  { logonServer, label, prefix = '' }: FleetFilter,
  total: number,
  logonServers: FleetList['logonServers'],
): number | null {
  if (label !== undefined || prefix !== '') return null;
  if (logonServer === undefined) return total;
  return logonServers.filter(isAt(logonServer)).reduce((sum, { clients }) => sum + clients, 0);
}

/** Reads in the order of names until the page is full, the list ends, or the budget is spent. */
async function readSome(
  store: OperatorStore,
  filter: FleetFilter,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<{
  readonly items: readonly Client[];
  readonly read: number;
  readonly through: string | null;
}> {
  const items: Client[] = [];
  let through = after;
  let read = 0;
  if (limit === 0) return { items, read, through: null };
  for (
    let count = isFiltered(filter) ? Math.max(limit, readAtFirst) : limit;
    ;
    count = Math.min(readAtOnce, count * 2, readAtMost - read)
  ) {
    const page = await store.fleetByName({ after: through, prefix: filter.prefix, limit: count });
    read += page.read;
    ({ through } = page);
    for (const [at, client] of page.clients.entries()) {
      if (!isAt(filter.logonServer)(client)) continue;
      if (filter.label !== undefined && !hasLabel(client, filter.label)) continue;
      items.push(client);
      if (items.length < limit) continue;
      const isLast = through === null && at === page.clients.length - 1;
      return { items, read, through: isLast ? null : nameKey(client.client) };
    }
    if (through === null || !isFiltered(filter) || read >= readAtMost) return { items, read, through };
  }
}
