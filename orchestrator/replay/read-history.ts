import { createReadStream } from 'node:fs';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import type { CampaignEdition } from '../../shared/domain/campaign/edition.ts';
import { nameOf } from '../../shared/domain/campaign/machine.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { profileOf } from '../../shared/products/profile.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import { readArchiveFile } from '../archive/archive-file.ts';
import type { Archive } from '../audit/archive.ts';
import { readEvidence } from '../audit/evidence.ts';
import { type CampaignLine, type PicksLine, recordIn } from '../audit/format/attachment-lines.ts';
import type { BlockHeader } from '../audit/format/block.ts';
import { compareIds } from '../audit/format/entry-id.ts';
import { kindOf } from '../audit/format/file-lines.ts';
import { splitLines } from '../audit/format/split-lines.ts';
import { type FoundEntry, readEntries } from '../audit/read.ts';
import { clientsByName } from '../campaigns/clients-by-name.ts';
import type { OrchestratorContext } from '../context.ts';
import { readCampaignFile } from '../input/campaign-file.ts';
import { notFound, type Refusal } from '../refusal.ts';
import type { History, HistoryItem, Member } from './history.ts';

/** The history of a larger campaign does not fit into one thread. */
const clientsAtMost = 50_000;

/** A campaign with its clients, from the store or from the file of an archived one. */
interface Whole {
  readonly campaign: Campaign;
  readonly editions: readonly CampaignEdition[];
  readonly members: readonly Member[];
  readonly records: ReadonlyMap<string, Upgrade>;
  readonly until: number;
}

/**
 * Reads what the store, the audit and its files know of the course of a campaign, also of one that
 * is archived.
 * @param isArchived only an archived one, also where another campaign of the same name is there
 * @returns fault `notFound.campaign`; `replay.large` where it has too many clients
 */
export async function readHistory(
  context: OrchestratorContext,
  name: string,
  isArchived = false,
): Promise<Result<History, Refusal>> {
  const whole = await readWhole(context, name, isArchived);
  if (!whole.ok) return whole;
  const { campaign, editions, members, records, until } = whole.value;
  const { store, archive } = context;
  const release = await store.readRelease(campaign.definition.release);
  if (release === null)
    return err(
      fault(
        'replay.release',
        `release ${campaign.definition.release} is not known any more; stage it again: servpack release stage`,
      ),
    );
  const profile = profileOf(release);
  if (!profile.ok) return profile;
  const items = await readItems(store, archive, campaign);
  const definitions = definitionsOf(editions, items, campaign);
  const wanted = items.flatMap((item) =>
    item.kind === 'entry' && item.entry.evidence !== null ? [item.entry.evidence] : [],
  );
  return ok({
    campaign,
    created: definitions.get(0) ?? campaign.definition,
    editions: definitions,
    clients: await clientsByName(store, members),
    members,
    records,
    items,
    evidence: await readEvidence(store, archive, wanted),
    sources: {
      release,
      profile: profile.value,
      logonServers: [...new Set(members.map(({ logonServer }) => logonServer))],
    },
    until,
  });
}

async function readWhole(
  { store, campaignArchive, clock }: OrchestratorContext,
  name: string,
  isArchived: boolean,
): Promise<Result<Whole, Refusal>> {
  const record = isArchived ? null : await store.readCampaign(name);
  if (record !== null) {
    const large = whyTooLarge(record.campaign);
    if (large !== null) return err(large);
    const found = new Map<string, Member>();
    for await (const pick of store.waiting(name)) found.set(pick.client, pick);
    const records = new Map<string, Upgrade>();
    for await (const { upgrade } of store.upgrades(name)) {
      records.set(upgrade.client, upgrade);
      found.set(upgrade.client, upgrade);
    }
    const editions = await store.editions(name);
    const { campaign } = record;
    return ok({ campaign, editions, members: [...found.values()], records, until: clock.now() });
  }
  const files = (await campaignArchive?.list()) ?? [];
  const file = files.find(({ head }) => nameOf(head.campaign.definition.campaign) === nameOf(name));
  if (file === undefined) return err(notFound('campaign', name));
  const large = whyTooLarge(file.head.campaign);
  if (large !== null) return err(large);
  const read = await readArchiveFile(file.path);
  if (read === null)
    return err(fault('archive.file', `${file.path} is not whole: bring it back from a backup`));
  const { head, clients } = read;
  const members = clients.map((each) => (each.kind === 'waiting' ? each : each.upgrade));
  const records = new Map(
    clients.flatMap((each) =>
      each.kind === 'waiting' ? [] : [[each.upgrade.client, each.upgrade] as const],
    ),
  );
  return ok({ campaign: head.campaign, editions: head.editions ?? [], members, records, until: head.at });
}

/** Asked before its clients are read. */
function whyTooLarge({ definition, waveSizes }: Campaign): Refusal | null {
  const clients = waveSizes.reduce((sum, size) => sum + size, 0);
  if (clients <= clientsAtMost) return null;
  const because = `campaign ${definition.campaign} has ${clients} clients; at most ${clientsAtMost} are replayed`;
  return fault('replay.large', because);
}

/** An item, and after which entry of which shard it stands. */
interface Placed {
  readonly shard: number;
  readonly id: string;
  readonly item: HistoryItem;
}

/** Entries and attachments in the order of the changes, from the creation of this campaign on. */
async function readItems(
  store: OperatorStore,
  archive: Archive | undefined,
  campaign: Campaign,
): Promise<readonly HistoryItem[]> {
  const name = campaign.definition.campaign;
  const entries: Placed[] = [];
  for await (const entry of readEntries(store, archive, { campaign: name }))
    entries.push({ shard: entry.shard, id: entry.id, item: { kind: 'entry', entry: plain(entry) } });
  const beside: Placed[] = [];
  const shards = await store.shards();
  for (let shard = 0; shard < shards; shard += 1)
    for await (const each of attachments(archive?.files(shard) ?? [], name)) beside.push({ shard, ...each });
  // Equal places keep this order: attachments come after the entries of their block.
  const all = [...entries, ...beside].sort((a, b) => compareIds(a.id, b.id) || a.shard - b.shard);
  const begins = all.findLastIndex(
    ({ item }) =>
      item.kind === 'entry' &&
      item.entry.client === null &&
      item.entry.from === '' &&
      item.entry.at <= campaign.createdAt,
  );
  const own = all.slice(Math.max(0, begins));
  const ends = own.findIndex(({ item }) => item.kind === 'entry' && isGone(item.entry));
  return (ends < 0 ? own : own.slice(0, ends + 1)).map(({ item }) => item);
}

const isGone = ({ client, to }: FoundEntry | Extract<HistoryItem, { kind: 'entry' }>['entry']): boolean =>
  client === null && (to === 'archived' || to === 'deleted');

const plain = ({ shard: _shard, block: _block, campaignHash: _hash, ...entry }: FoundEntry) => entry;

/** The attachments of one campaign, each with the last entry of its block. */
async function* attachments(
  files: readonly string[],
  campaign: string,
): AsyncGenerator<Pick<Placed, 'id' | 'item'>> {
  const marks = ['record', 'campaign', 'picks'].map((kind) =>
    Buffer.from(`{"${kind}":${JSON.stringify(campaign)},`),
  );
  for (const file of files) {
    let last = '';
    for await (const { line, isWhole } of splitLines(
      createReadStream(file, { highWaterMark: 1024 * 1024 }),
    )) {
      if (!isWhole) continue;
      if (kindOf(line) === 'block') last = (JSON.parse(line.toString('utf8')) as BlockHeader).last;
      else if (marks.some((mark) => line.subarray(0, mark.length).equals(mark)))
        yield { id: last, item: itemIn(line.toString('utf8')) };
    }
  }
}

function itemIn(line: string): HistoryItem {
  if (line.startsWith('{"record":')) {
    const { client, version, upgrade } = recordIn(line);
    return { kind: 'record', client, version, upgrade };
  }
  if (line.startsWith('{"campaign":')) {
    const { version, whole } = JSON.parse(line) as CampaignLine;
    return { kind: 'campaign', version, whole };
  }
  const { wave, logonServer, clients } = JSON.parse(line) as PicksLine;
  return { kind: 'members', members: clients.map((client) => ({ client, wave, logonServer })) };
}

/** By edition: as the files have it, else as its text says. */
function definitionsOf(
  editions: readonly CampaignEdition[],
  items: readonly HistoryItem[],
  { definition, edition: present = 0 }: Campaign,
): ReadonlyMap<number, CampaignDefinition> {
  const found = new Map<number, CampaignDefinition>();
  for (const { edition, at, file, text, calendars } of editions) {
    const beside = { now: at, ...(calendars === undefined ? {} : { calendars }) };
    const read = readCampaignFile(text, file, beside);
    if (read.ok) found.set(edition, { ...read.value.definition, campaign: definition.campaign });
  }
  for (const item of items)
    if (item.kind === 'campaign') found.set(item.whole.edition ?? 0, item.whole.definition);
  found.set(present, definition);
  return found;
}
