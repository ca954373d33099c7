import { expect } from 'vitest';
import { recount, recountSlots } from '../../twin/recount.ts';
import type { Store } from '../../../shared/store/store.ts';
import { all } from './fixtures.ts';
import { campaigns, clients } from './random-steps.ts';

/**
 * Everything that can be read from a store, sorted. Lease ends and fence counters are real time and
 * left out.
 */
export async function snapshot(store: Store, shards = 1): Promise<unknown> {
  const audit = await store.audit(999);
  return {
    campaigns: await Promise.all(campaigns.map((campaign) => campaignIn(store, campaign))),
    claims: await Promise.all(clients.map((client) => store.claimOf(client))),
    // Entries of different shards in one millisecond have no order.
    audit: shards === 1 ? audit : audit.map((each) => JSON.stringify(each)).sort(),
  };
}

async function campaignIn(store: Store, campaign: string): Promise<unknown> {
  const upgrades = (await all(store.upgrades(campaign))).map(({ lease, ...rest }) => ({
    ...rest,
    owner: lease?.fence.owner ?? null,
  }));
  const waiting = await all(store.waiting(campaign));
  return {
    record: await store.readCampaign(campaign),
    copies: await store.readCopies('sms-1.2-sp4'),
    counters: await store.counters(campaign),
    slots: await store.slotsInUse(campaign),
    restarts: await restartsIn(store, campaign),
    queued: await store.queued(campaign, 99),
    overlap: [...(await store.overlap(campaign, 99))].sort(byClient),
    byName: await namesIn(store, campaign),
    upgrades: upgrades.sort((a, b) => byClient(a.key, b.key)),
    waiting: [...waiting].sort(byClient),
    readsAlike: await Promise.all(clients.map((client) => store.readUpgrade({ campaign, client }))).then(
      (found) => found.filter((each) => each !== null).map(({ version }) => version),
    ),
  };
}

/** In the order in which pages have them. */
async function namesIn(store: Store, campaign: string): Promise<readonly unknown[]> {
  const { members } = await store.membersByName(campaign, { after: null, limit: 999 });
  return members.map((found) => [
    found.kind,
    found.kind === 'waiting' ? found.pick.client : found.stored.key.client,
  ]);
}

/** Those who hold a slot have no order; the line has one. */
async function restartsIn(store: Store, campaign: string): Promise<unknown> {
  const entries = await store.restarts(campaign);
  const held = entries.filter(({ holds }) => holds);
  return [...held].sort(byClient).concat(entries.filter(({ holds }) => !holds));
}

const byClient = (a: { readonly client: string }, b: { readonly client: string }): number =>
  a.client < b.client ? -1 : 1;

/**
 * Expects that counters and slots equal a recount of the records, and that every client of a
 * campaign either waits or has a record.
 * @param joining some clients may have left
 */
export async function expectWhole(store: Store, joining = false): Promise<void> {
  for (const campaign of campaigns) {
    expect(await store.counters(campaign)).toEqual(await recount(store, campaign));
    expect(await store.slotsInUse(campaign)).toEqual(await recountSlots(store, campaign));
    const recorded = (await all(store.upgrades(campaign))).map(({ key }) => key.client);
    const waiting = (await all(store.waiting(campaign))).map(({ client }) => client);
    const known = [...recorded, ...waiting].sort();
    expect(known).toEqual(joining ? [...new Set(known)] : [...clients]);
  }
}
