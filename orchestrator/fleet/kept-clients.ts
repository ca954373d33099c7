import { type End, ends, isUpToDate } from '../../shared/domain/outcome/ending.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import { followingCampaigns } from './leave-campaigns.ts';
import { leftOpen, whyOpen } from './still-open.ts';

/** What keeps a client in the fleet. */
export interface OpenReason {
  readonly client: string;
  readonly campaign: string;
  readonly because: string;
  /** The upgrade has settled, and has left something open on the machine. */
  readonly isSettled: boolean;
}

/** How many records are asked for at once. */
const pieceSize = 200;
/** No more are looked for: the first of them refuse the removal. */
const foundAtMost = 1_000;

/**
 * What campaigns have open on these clients, and which of them still wait in a campaign at work
 * that keeps its clients.
 * @param gone what settled upgrades have left open does not count
 */
export async function openReasons(
  store: OperatorStore,
  clients: readonly string[],
  gone: boolean,
): Promise<readonly OpenReason[]> {
  const all = await store.keptClients(clients);
  const waitingIn = all.filter(({ waits }) => waits).map(({ campaign }) => campaign);
  // A client that waits in a campaign that follows the fleet leaves the campaign, too.
  const following = await followingCampaigns(store, waitingIn);
  const kept = all.filter(({ campaign, waits }) => !waits || !following.has(campaign)).slice(0, foundAtMost);
  const reasons: OpenReason[] = [];
  for (const { client, campaign, waits } of kept) {
    const stored = waits ? null : await store.readUpgrade({ campaign, client });
    const because = stored === null ? 'it waits for its turn' : (whyOpen(stored) ?? 'it has not settled');
    reasons.push({ client, campaign, because, isSettled: false });
  }
  return reasons.length > 0 || gone ? reasons : leftOnClients(store, clients, foundAtMost);
}

/**
 * What settled upgrades have left open on these clients. Reads only campaigns in which a client has
 * ended otherwise than up to date.
 */
export async function leftOnClients(
  store: OperatorStore,
  clients: readonly string[],
  atMost: number,
): Promise<readonly OpenReason[]> {
  const reasons: OpenReason[] = [];
  for (const { campaign: record } of await store.campaigns()) {
    const { campaign } = record.definition;
    if (!hasFailures(await store.counters(campaign))) continue;
    for (let from = 0; from < clients.length && reasons.length < atMost; from += pieceSize) {
      const piece = clients.slice(from, from + pieceSize);
      const found = await Promise.all(piece.map((client) => leftOn(store, campaign, client)));
      reasons.push(...found.filter((each) => each !== null));
    }
  }
  return reasons;
}

async function leftOn(store: OperatorStore, campaign: string, client: string): Promise<OpenReason | null> {
  const stored = await store.readUpgrade({ campaign, client });
  const because = stored === null ? null : leftOpen(stored);
  if (because === null) return null;
  // The record of a former client of this name says nothing of the machine that has it now.
  const former = await store.formerCampaigns(client);
  return former.includes(campaign) ? null : { client, campaign, because, isSettled: true };
}

const failures = new Set<string>(ends.filter((end: End) => !isUpToDate(end)));

const hasFailures = (counters: Counters): boolean =>
  Object.entries(counters).some(([name, amount]) => {
    const [kind, , , bucket = ''] = name.split('|');
    return kind === 'state' && amount > 0 && failures.has(bucket);
  });
