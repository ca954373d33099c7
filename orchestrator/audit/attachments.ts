import {
  campaignLine,
  editionLine,
  evidenceLine,
  fleetLine,
  goneLine,
  leftLine,
  picksLines,
  recordLine,
  releaseLine,
  removedLine,
  tokensLine,
} from './format/attachment-lines.ts';
import { controlLines, stepTimeLines } from './control-attachments.ts';
import { editionIn } from '../../shared/domain/campaign/edition.ts';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import { movedTo, revokedTo } from '../../shared/store/check-in-store.ts';
import { leftTo, waitsTo } from '../../shared/store/member-changes.ts';
import { removedTo } from '../../shared/store/removal-store.ts';
import type { KeptEntry } from '../../shared/store/seal-store.ts';
import type { Store } from '../../shared/store/store.ts';
import type { WaitingClient, UpgradeKey } from '../../shared/store/types.ts';

/**
 * The attachments of these entries: the records of the clients that they name, as they are now;
 * their campaigns, and what controls these; the fleet, clients that left it, and the releases where
 * these changed; evidence that no file holds yet. All of it is read after the entries, so it is
 * never older than they are.
 */
export async function* attachmentsOf(
  store: Store,
  shard: number,
  entries: readonly KeptEntry[],
): AsyncGenerator<string> {
  if (entries.some(isStaging)) for (const release of await store.releases()) yield releaseLine(release);
  // Before the fleet: a client of the same name may have come since.
  yield* removedLines(store, entries.filter(isRemoval));
  if (entries.some(isImport)) yield* fleetLines(store.fleet());
  else yield* fleetLines(clientsIn(store, entries.filter(isNewAddress)));
  if (entries.some((entry) => isRevocation(entry) || isRemoval(entry)))
    yield tokensLine(await store.tokenGenerations());
  for (const [campaign, own] of Map.groupBy(entries.filter(isOfCampaign), (entry) => entry.campaign))
    yield* linesOfCampaign(store, campaign, own);
  for (const [campaign, own] of Map.groupBy(entries.filter(isMemberStep), (entry) => entry.campaign))
    yield* memberLines(store, campaign, [...new Set(own.map(({ client }) => client ?? ''))]);
  yield* controlLines(store, entries);
  const measured = new Set<string>();
  for (const stored of await store.readUpgrades(shard, upgradesIn(entries))) {
    if (stored === null) continue;
    yield recordLine(stored);
    if (stored.upgrade.memory.history.began !== undefined) measured.add(stored.key.campaign);
  }
  for (const name of measured) yield* measuredLines(store, name);
  for (const evidence of await store.unwrittenEvidence(shard, evidenceIn(entries)))
    yield evidenceLine(evidence);
}

const isStaging = ({ campaign, to }: KeptEntry): boolean =>
  campaign === '' && (to === 'staged' || to === 'withdrawn');
const isImport = ({ campaign, to }: KeptEntry): boolean => campaign === '' && to === 'imported';
const isNewAddress = ({ campaign, to }: KeptEntry): boolean => campaign === '' && to === movedTo;
const isRevocation = ({ campaign, to }: KeptEntry): boolean => campaign === '' && to === revokedTo;
const isRemoval = ({ campaign, to }: KeptEntry): boolean => campaign === '' && to === removedTo;
const isOfCampaign = ({ campaign, client }: KeptEntry): boolean => campaign !== '' && client === null;
const isMemberStep = ({ campaign, client, version, to }: KeptEntry): boolean =>
  campaign !== '' && client !== null && version === null && (to === waitsTo || to === leftTo);
const isCreation = ({ version }: KeptEntry): boolean => version === 1;

const namesPerLine = 200;

async function* removedLines(store: Store, entries: readonly KeptEntry[]): AsyncGenerator<string> {
  const names = [...new Set(entries.map(({ client }) => client))].filter((client) => client !== null);
  for (let from = 0; from < names.length; from += namesPerLine) {
    const piece = names.slice(from, from + namesPerLine);
    const known = await Promise.all(piece.map((client) => store.formerCampaigns(client)));
    yield removedLine(new Map(piece.map((client, at) => [client, known[at] ?? []])));
  }
}

async function* clientsIn(store: Store, entries: readonly KeptEntry[]): AsyncGenerator<Client> {
  for (const name of new Set(entries.map(({ client }) => client))) {
    const client = name === null ? null : await store.readClient(name);
    if (client !== null) yield client;
  }
}

/** SHA-256 of every text that these entries rest on, each once. */
export const evidenceIn = (entries: readonly KeptEntry[]): readonly string[] => [
  ...new Set(entries.flatMap(({ evidence, beside }) => (evidence === null ? beside : [evidence, ...beside]))),
];

function upgradesIn(entries: readonly KeptEntry[]): readonly UpgradeKey[] {
  const keys = new Map<string, UpgradeKey>();
  for (const { campaign, client } of entries)
    if (client !== null) keys.set(`${campaign}.${client}`, { campaign, client });
  return [...keys.values()];
}

/** `to` of the audit entry with which a campaign is gone. */
export const isCampaignRemoval = ({ campaign, client, to }: KeptEntry): boolean =>
  campaign !== '' && client === null && (to === 'deleted' || to === 'archived');

async function* linesOfCampaign(
  store: Store,
  campaign: string,
  own: readonly KeptEntry[],
): AsyncGenerator<string> {
  const former = own.some(isCampaignRemoval) ? await store.formerLife(campaign) : null;
  if (former !== null) yield goneLine(campaign, former);
  yield* campaignLines(store, campaign, own.some(isCreation));
  yield* editionLines(store, campaign, own);
}

async function* campaignLines(store: Store, name: string, isNew: boolean): AsyncGenerator<string> {
  const record = await store.readCampaign(name);
  if (record === null) return;
  const release = await store.readRelease(record.campaign.definition.release);
  if (release !== null) yield releaseLine(release);
  if (isNew) yield* clientsOf(store, name, record.campaign.life ?? 0);
  yield campaignLine(record);
  yield* stepTimeLines(store, record.campaign);
}

/** Only a campaign that asks whether steps fit measures one. */
async function* measuredLines(store: Store, name: string): AsyncGenerator<string> {
  const record = await store.readCampaign(name);
  if (record !== null) yield* stepTimeLines(store, record.campaign);
}

/** The editions that these entries are about; with its creation all that a campaign has. */
async function* editionLines(store: Store, name: string, own: readonly KeptEntry[]): AsyncGenerator<string> {
  const numbers = new Set(own.map(({ to }) => editionIn(to)).filter((edition) => edition !== null));
  const isNew = own.some(isCreation);
  if (!isNew && numbers.size === 0) return;
  const life = (await store.readCampaign(name))?.campaign.life ?? 0;
  for (const each of await store.editions(name))
    if (isNew || numbers.has(each.edition)) yield editionLine(name, life, each);
}

/**
 * The clients of a campaign with their fleet entries. A client that is admitted meanwhile has a
 * record, and is found there.
 */
async function* clientsOf(store: Store, campaign: string, life: number): AsyncGenerator<string> {
  const members = new Set<string>();
  const lines = picksLines(campaign, life);
  for await (const pick of picksOf(store, campaign)) {
    if (members.has(pick.client)) continue;
    members.add(pick.client);
    yield* lines.add(pick);
  }
  yield* lines.end();
  yield* fleetLines(only(store.fleet(), members));
}

/** Where clients that joined a campaign, left it or changed their wave stand now. */
async function* memberLines(
  store: Store,
  campaign: string,
  clients: readonly string[],
): AsyncGenerator<string> {
  const life = (await store.readCampaign(campaign))?.campaign.life ?? 0;
  const lines = picksLines(campaign, life);
  for (let from = 0; from < clients.length; from += namesPerLine) {
    const piece = clients.slice(from, from + namesPerLine);
    const picks = await Promise.all(piece.map((client) => pickOf(store, { campaign, client })));
    const left = piece.filter((_, at) => picks[at] === null);
    if (left.length > 0) yield leftLine(campaign, life, left);
    for (const pick of picks) if (pick !== null) yield* lines.add(pick);
    const known = await store.readClients(piece.filter((_, at) => picks[at] !== null));
    const there = known.filter((client) => client !== null);
    if (there.length > 0) yield fleetLine(there);
  }
  yield* lines.end();
}

/** A client may be admitted between the two reads. */
async function pickOf(store: Store, key: UpgradeKey): Promise<WaitingClient | null> {
  const waiting = await store.readWaiting(key);
  if (waiting !== null) return waiting;
  const stored = await store.readUpgrade(key);
  if (stored === null) return null;
  const { client, wave, logonServer } = stored.upgrade;
  return { client, wave, logonServer };
}

async function* picksOf(store: Store, campaign: string): AsyncGenerator<WaitingClient> {
  yield* store.waiting(campaign);
  for await (const { upgrade } of store.upgrades(campaign)) {
    const { client, wave, logonServer } = upgrade;
    yield { client, wave, logonServer };
  }
}

async function* only(clients: AsyncIterable<Client>, asked: ReadonlySet<string>): AsyncGenerator<Client> {
  for await (const client of clients) if (asked.has(client.client)) yield client;
}

const rowsPerLine = 200;

async function* fleetLines(clients: AsyncIterable<Client>): AsyncGenerator<string> {
  let rows: Client[] = [];
  for await (const client of clients) {
    rows.push(client);
    if (rows.length < rowsPerLine) continue;
    yield fleetLine(rows);
    rows = [];
  }
  if (rows.length > 0) yield fleetLine(rows);
}
