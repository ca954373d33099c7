import type { Client } from '../../../shared/domain/campaign/definition.ts';
import { type EditionHead, sectionOf } from '../../../shared/domain/campaign/edition.ts';
import type { Counters } from '../../../shared/domain/outcome/counters.ts';
import type { DrawnNames } from '../../../shared/store/fleet-store.ts';
import type { OperatorStore } from '../../../shared/store/store.ts';
import type { CampaignRecord } from '../../../shared/store/types.ts';
import type { NamedInEntry } from '../../domain/narrowing.ts';

/** Single records as a narrowed token reads them. */

/** What a narrowed token may read. */
export interface Reach {
  readonly campaign: (name: string) => boolean;
  readonly site: (logonServer: string) => boolean;
  readonly allSites: boolean;
  readonly entry: (entry: NamedInEntry) => boolean;
}

/** Those that are so. */
export async function* onlyThose<T>(all: AsyncIterable<T>, is: (each: T) => boolean): AsyncGenerator<T> {
  for await (const each of all) if (is(each)) yield each;
}

/** Null = it does not exist, or the token may not read it. */
export const seenClient = (client: Client | null, may: Reach): Client | null =>
  client !== null && may.site(client.logonServer) ? client : null;

/** The holds of other logon servers are no part of what is seen. */
export function seenRecord(record: CampaignRecord, may: Reach): CampaignRecord {
  const { campaign } = record;
  if (campaign.holds === undefined) return record;
  const holds = campaign.holds.filter(({ logonServer }) => may.site(logonServer));
  return { ...record, campaign: { ...campaign, holds } };
}

/** The same counts; logon servers that the token may not read have no name in them. */
export function withoutServers(counters: Counters, may: Reach): Counters {
  const seen: Record<string, number> = {};
  for (const [name, count] of Object.entries(counters)) {
    const [kind, wave, logonServer = '', bucket] = name.split('|');
    const known = kind === 'state' && !may.site(logonServer) ? `state|${wave}||${bucket}` : name;
    seen[known] = (seen[known] ?? 0) + count;
  }
  return seen;
}

/** The slots in use by the campaigns that the token may read, by logon server. */
export async function slotsOfSeen(
  store: OperatorStore,
  may: Reach,
): Promise<Readonly<Record<string, number>>> {
  const slots = new Map<string, number>();
  for (const name of (await store.campaignNames()).filter(may.campaign))
    for (const [server, inUse] of Object.entries((await store.slotsInUse(name)).perLogonServer))
      if (may.site(server)) slots.set(server, (slots.get(server) ?? 0) + inUse);
  return Object.fromEntries(slots);
}

/** How many clients the token may read. Reads none of them. */
export async function sizeOfSeen(store: OperatorStore, may: Reach): Promise<number> {
  if (may.allSites) return store.fleetSize();
  const servers = [...(await store.logonServers())].filter(([logonServer]) => may.site(logonServer));
  return servers.reduce((sum, [, clients]) => sum + clients, 0);
}

/** Of the names at places of the fleet, those that the token may read. */
export async function drawnOfSeen(
  store: OperatorStore,
  may: Reach,
  draws: readonly number[],
): Promise<DrawnNames> {
  const drawn = await store.drawNames(draws);
  if (may.allSites) return drawn;
  const places: (readonly string[])[] = [];
  for (const names of drawn.places) {
    const clients = await store.readClients(names);
    places.push(names.filter((_, at) => seenClient(clients[at] ?? null, may) !== null));
  }
  return { ...drawn, places };
}

/** The names of the clients that the token may read. */
export async function* namesIn(store: OperatorStore, may: Reach): AsyncGenerator<string> {
  for await (const { client, logonServer } of store.fleet()) if (may.site(logonServer)) yield client;
}

/** An edition with the names of the sections that changed, and not with what changed in them. */
export const withoutSentences = (head: EditionHead): EditionHead => ({
  ...head,
  changes: [...new Set(head.changes.map((change) => sectionOf(change) ?? 'clients'))],
});
