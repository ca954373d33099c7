import type { Client } from '../../shared/domain/campaign/definition.ts';
import { logonServerKey } from '../../shared/domain/observation/logon-server.ts';
import { ok, type Result } from '../../shared/errors.ts';
import { nameKey } from '../../shared/store/name-order.ts';
import type { OrchestratorContext } from '../context.ts';
import { hasLabel } from '../domain/plan-waves.ts';
import { placeOf } from '../lists/cursor.ts';
import type { Page, PageQuestion } from '../lists/page.ts';
import { pageOfPart, readPart } from '../lists/read-part.ts';
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
  const question = { after: place.value?.after ?? null, limit, isFiltered: isFiltered(filter) };
  const part = await readPart(
    question,
    async (through, count) => {
      const range = { after: through, prefix: filter.prefix, limit: count };
      const { clients, ...read } = await store.fleetByName(range);
      return { found: clients, ...read };
    },
    (client) => (isAsked(filter, client) ? client : null),
    ({ client }) => nameKey(client),
  );
  const counted = countedIn(filter, total, logonServers);
  const {
    items: clients,
    total: found,
    totalIs: foundIs,
    ...rest
  } = pageOfPart(list, place.value, part, counted, question.isFiltered);
  return ok({ total, servers: await store.fleetServers(), logonServers, clients, found, foundIs, ...rest });
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

const isAsked = ({ logonServer, label }: FleetFilter, client: Client): boolean =>
  isAt(logonServer)(client) && (label === undefined || hasLabel(client, label));
