import type { CampaignDefinition, Client } from '../../shared/domain/campaign/definition.ts';
import type { MemberStep } from '../../shared/store/member-changes.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import type { WaitingClient } from '../../shared/store/types.ts';
import { namesOf, spelledBy } from '../domain/logon-server-names.ts';
import { membershipOf, placing } from '../domain/membership.ts';

/** How the clients of a campaign differ from those that its file chooses now. */
export interface Comparison {
  readonly steps: readonly MemberStep[];
  /** Clients outside the selection or the fleet whose upgrade has begun. */
  readonly leaving: readonly { readonly client: string; readonly because: string }[];
  /** Clients of the selection whose upgrade has begun. */
  readonly wanted: ReadonlySet<string>;
  /** How many clients of the selection no wave takes. */
  readonly noWave: number;
}

/** @param only the clients to look at; null = the whole fleet, which is read once */
export async function compareWithFleet(
  store: OperatorStore,
  definition: CampaignDefinition,
  only: readonly string[] | null,
): Promise<Comparison> {
  const since = await lastImport(store);
  const names = namesOf(await store.logonServers());
  const members = await membersOf(store, definition.campaign, only);
  const placeOf = placing(definition);
  const steps: MemberStep[] = [];
  const leaving: { readonly client: string; readonly because: string }[] = [];
  const wanted = new Set<string>();
  let noWave = 0;
  for await (const stored of clientsIn(store, only)) {
    const client = spelledBy(names, stored);
    const present = members.get(client.client);
    const found = membershipOf(definition, client, { place: placeOf(client), present, since });
    if (found.kind === 'step') steps.push(found.step);
    if (found.kind === 'leaves')
      leaving.push({ client: client.client, because: `${found.because}; ${since}` });
    if (found.kind === 'isWanted') wanted.add(client.client);
    if (found.kind === 'noWave') noWave += 1;
    members.delete(client.client);
  }
  // A removal may come between the reading of the fleet and the step of a client that joins.
  for (const [client, from] of members) {
    const because = `it is not in the fleet any more; ${since}`;
    if (from === null) leaving.push({ client, because });
    else steps.push({ from, to: null, because });
  }
  return { steps, leaving, wanted, noWave };
}

/** Where the clients of a campaign wait; null for a client whose upgrade has begun. */
async function membersOf(
  store: OperatorStore,
  campaign: string,
  only: readonly string[] | null,
): Promise<Map<string, WaitingClient | null>> {
  const members = new Map<string, WaitingClient | null>();
  if (only === null)
    for await (const { client, waits } of store.members(campaign)) members.set(client, waits);
  for (const client of only ?? []) {
    const waits = await store.readWaiting({ campaign, client });
    if (waits !== null || (await store.readUpgrade({ campaign, client })) !== null)
      members.set(client, waits);
  }
  return members;
}

async function* clientsIn(store: OperatorStore, only: readonly string[] | null): AsyncGenerator<Client> {
  if (only === null) return yield* store.fleet();
  for (const client of await store.readClients(only)) if (client !== null) yield client;
}

const entriesAtMost = 50;

/** What has changed the fleet last, in words. */
async function lastImport(store: OperatorStore): Promise<string> {
  const entries = await store.audit(entriesAtMost, { campaign: '' });
  const found = entries.find(({ to }) => to === 'imported');
  return found === undefined ? 'the fleet has changed' : `imported by ${found.who}: ${found.because}`;
}
