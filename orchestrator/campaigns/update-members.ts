import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { leftSelection, type Members, noMembers } from '../../shared/domain/campaign/membership.ts';
import { statesBy } from '../../shared/domain/outcome/states.ts';
import { clientOfStep } from '../../shared/store/member-changes.ts';
import type { StoredUpgrade, UpgradeKey } from '../../shared/store/types.ts';
import type { LeaderContext } from '../context.ts';
import { retry, whyTooEarly } from '../domain/reopen.ts';
import { campaignAudit } from './audit.ts';
import { changeMembers, mayChange } from './change-members.ts';
import { compareWithFleet } from './compare-members.ts';
import { endClient } from './end-client.ts';
import { reopenOne } from './retry.ts';

/** As the audit names the rounds of the leader. */
const who = 'orchestrator';
/** Tries against others that change the same record. */
const triesAtMost = 5;

/**
 * Brings the clients of a campaign with `membership: joins` up to the fleet: clients that came into
 * its selection join, and those that are not in it any more leave. Safe to repeat at any time: what
 * is done already is not done again. An ended campaign only notes how many clients would join.
 * @param only the clients to look at; null = the whole fleet
 * @returns the clients that join, or are tried again, as soon as another campaign has finished them
 * or their hook has ended; null when others change the clients of the campaign at this moment: try
 * again
 */
export async function updateMembers(
  context: LeaderContext,
  { definition, state, removal }: Campaign,
  only: readonly string[] | null = null,
): Promise<readonly string[] | null> {
  if (removal !== undefined || state.status === 'aborted') return [];
  const { store } = context;
  const { campaign: name } = definition;
  const found = await compareWithFleet(store, definition, only);
  const joining = found.steps.filter(({ from }) => from === null);
  if (state.status === 'ended') {
    await note(context, name, { wouldJoin: joining.length, elsewhere: 0, noWave: 0 });
    return [];
  }
  const busy = await workedOnElsewhere(context, name, joining.map(clientOfStep));
  const others = found.steps.filter(({ from }) => from !== null);
  const free = joining.filter((step) => !busy.has(clientOfStep(step)));
  for (const steps of [others, free]) if (!(await changeMembers(context, who, name, steps))) return null;
  for (const { client, because } of found.leaving) await cancel(context, { campaign: name, client }, because);
  const later = await reopenReturned(context, name, found.wanted, only);
  await note(context, name, {
    wouldJoin: 0,
    elsewhere: busy.size,
    ...(only === null ? { noWave: found.noWave } : {}),
  });
  return [...busy, ...later];
}

const pieceSize = 1_000;

/** Clients whose machine has an unsettled upgrade in another campaign at work. */
async function workedOnElsewhere(
  { store }: LeaderContext,
  campaign: string,
  clients: readonly string[],
): Promise<ReadonlySet<string>> {
  const busy = new Set<string>();
  for (let from = 0; from < clients.length; from += pieceSize)
    for (const { client } of await store.overlapWith(campaign, clients.slice(from, from + pieceSize)))
      busy.add(client);
  return busy;
}

/** Cancels a client; what is open on the client is finished first. */
async function cancel(context: LeaderContext, key: UpgradeKey, because: string): Promise<void> {
  const ending = { end: 'cancelled', cause: leftSelection, because, blockers: [] } as const;
  for (let tries = 0; tries < triesAtMost; tries += 1) {
    const stored = await context.store.readUpgrade(key);
    if (stored === null || (await endClient(context, stored, who, ending)) !== 'again') return;
  }
}

/**
 * Opens clients again that had left after they had begun, and are in the selection again.
 * @returns those that cannot be opened yet: another campaign works on them, or their hook runs
 */
async function reopenReturned(
  context: LeaderContext,
  name: string,
  wanted: ReadonlySet<string>,
  only: readonly string[] | null,
): Promise<readonly string[]> {
  const { store } = context;
  const later: string[] = [];
  const states = [...statesBy(await store.counters(name), 'wave').values()];
  if (wanted.size === 0 || states.every(({ cancelled }) => cancelled === 0)) return later;
  const record = await store.readCampaign(name);
  if (record === null || !mayChange(record.campaign)) return later;
  for await (const stored of only === null ? store.upgrades(name) : upgradesOf(context, name, only)) {
    const { state, client, wave } = stored.upgrade;
    const hasReturned = state.phase === 'settled' && state.cause === leftSelection && wanted.has(client);
    if (!hasReturned || whyTooEarly(record.campaign, wave) !== null) continue;
    const reopened = await reopenOne(context, who, stored, (upgrade) =>
      retry(upgrade, 'it is in the selection again'),
    );
    if (!reopened.ok) later.push(client);
  }
  return later;
}

async function* upgradesOf(
  { store }: LeaderContext,
  campaign: string,
  clients: readonly string[],
): AsyncGenerator<StoredUpgrade> {
  for (const client of clients) {
    const stored = await store.readUpgrade({ campaign, client });
    if (stored !== null) yield stored;
  }
}

/** Notes in the campaign what its status says of clients that are not in it. */
async function note({ store, clock }: LeaderContext, name: string, noted: Partial<Members>): Promise<void> {
  for (let tries = 0; tries < triesAtMost; tries += 1) {
    const record = await store.readCampaign(name);
    if (record === null || record.campaign.removal !== undefined) return;
    const { campaign, version } = record;
    const before = campaign.members ?? noMembers;
    const members = { ...before, ...noted };
    if (JSON.stringify(members) === JSON.stringify(before)) return;
    const { status } = campaign.state;
    const audit = campaignAudit(campaign, status, status, {
      at: clock.now(),
      who,
      because: inWords(members),
    });
    if ((await store.commitCampaign({ ...campaign, members }, version, audit)) !== null) return;
  }
}

const inWords = ({ elsewhere, noWave, wouldJoin }: Members): string =>
  `clients outside: ${elsewhere} wait for another campaign, ${noWave} fit no wave, ${wouldJoin} would join`;
