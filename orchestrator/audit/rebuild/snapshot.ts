import { createReadStream } from 'node:fs';
import {
  type CampaignLine,
  type EditionLine,
  fleetIn,
  type FleetLine,
  type GoneLine,
  type LeftLine,
  type PicksLine,
  recordIn,
  type RecordLine,
  type ReleaseLine,
  type RemovedLine,
  type TokensLine,
} from '../format/attachment-lines.ts';
import { kindOf, type LineKind } from '../format/file-lines.ts';
import { isHaltStep } from '../../campaigns/halt.ts';
import { entryOf } from '../format/entry-line.ts';
import { splitLines } from '../format/split-lines.ts';
import type { Verdict } from '../format/verify-chain.ts';
import { type Control, openControl } from './campaign-control.ts';
import { type Dated, isNewer, keepNewest, plain } from './dated.ts';
import { addEdition, type Editions } from './editions.ts';
import { addPicks, lifeId, type Picks, presentPicks, removePicks } from './picks.ts';
import type { FileVerdict } from '../format/verify-file.ts';
import { rebuilder } from '../../../shared/domain/campaign/campaign.ts';
import type { Client, Release } from '../../../shared/domain/campaign/definition.ts';
import { lifeOf } from '../../../shared/domain/campaign/life.ts';
import type { Halt } from '../../../shared/domain/campaign/halt.ts';
import type { FreeTime } from '../../../shared/domain/rules/free-time.ts';
import type { StoredMemory } from '../../../shared/domain/upgrade/memory-codec.ts';
import type { FormerLife } from '../../../shared/store/campaign-removal-store.ts';
import type { CampaignRecord, WaitingClient } from '../../../shared/store/types.ts';

/**
 * A line of a whole section. Reading the same files in the same order again gives the same
 * `place`.
 */
interface PlacedLine {
  readonly place: number;
  /** The id of the last entry of its block. */
  readonly until: string;
  readonly kind: LineKind;
  readonly line: Buffer;
}

/** Files in the order of their first blocks. */
const inTheirOrder = (files: readonly FileVerdict[]): readonly FileVerdict[] =>
  files.toSorted((a, b) => (a.blocks[0]?.block ?? 0) - (b.blocks[0]?.block ?? 0));

/** What a rebuild reads: files in the order of their first blocks. */
export interface Source {
  readonly files: readonly FileVerdict[];
  /** Heads of blocks that are no part of the chain. */
  readonly replaced: ReadonlySet<string>;
}

export const sourceOf = ({ files, replaced }: Verdict): Source => ({ files: inTheirOrder(files), replaced });

/**
 * Every line of every whole section. What a crash cut off is left out, and so is a block that
 * another one replaced.
 */
async function* wholeLines({ files, replaced }: Source): AsyncGenerator<PlacedLine> {
  let place = 0;
  for (const { file, whole, blocks } of files) {
    const chunks = createReadStream(file, { highWaterMark: 1024 * 1024 });
    let section = -1;
    for await (const { line, end } of splitLines(chunks)) {
      if (end > whole.end) break;
      const kind = kindOf(line);
      if (kind === 'block') section += 1;
      place += 1;
      const block = blocks[section];
      if (kind !== null && block !== undefined && !replaced.has(block.head))
        yield { place, until: block.last, kind, line };
    }
  }
}

/** What the files hold. Of an upgrade only the place of its newest state. */
export interface Snapshot {
  /** Also the clients that were removed: campaigns know them. */
  readonly fleet: ReadonlyMap<string, Client>;
  /** Clients that were removed, and have not come back. */
  readonly gone: readonly string[];
  /** By client that was removed: the campaigns that know it. */
  readonly former: ReadonlyMap<string, readonly string[]>;
  readonly releases: ReadonlyMap<string, Release>;
  /** By client: the lowest generation of check-in tokens that is valid. */
  readonly tokens: ReadonlyMap<string, number>;
  /** By name, each in its newest version. */
  readonly campaigns: ReadonlyMap<string, CampaignRecord>;
  /** By name: the campaigns that were deleted or archived. They are not in `campaigns`. */
  readonly removed: ReadonlyMap<string, FormerLife>;
  /** A person halted everything, and nobody has ended the halt; null = nothing is halted. */
  readonly halt: Halt | null;
  /** By campaign: its clients, as they were taken when it was created, or joined it. */
  readonly picks: ReadonlyMap<string, ReadonlyMap<string, WaitingClient>>;
  readonly control: Control;
  /** By client: when its looks have found it free, also in campaigns that were removed since. */
  readonly freeTimes: ReadonlyMap<string, FreeTime>;
  /** What `editionsIn` reads. */
  readonly editions: Editions;
  /** `campaign.client` -> place of the newest state. */
  readonly newest: ReadonlyMap<string, number>;
}

/** A record whose memory is not decoded. */
type RecordAsWritten = Omit<RecordLine, 'upgrade'> & {
  readonly upgrade: { readonly memory: Partial<StoredMemory> };
};

/** Reads all files once. It keeps a small number for each upgrade, and no state. */
export async function readSnapshot(source: Source): Promise<Snapshot> {
  const fleet = new Map<string, Dated<Client>>();
  const former = new Map<string, Dated<readonly string[]>>();
  const releases = new Map<string, Dated<Release>>();
  const tokens = new Map<string, number>();
  const campaigns = new Map<string, CampaignRecord>();
  const removed = new Map<string, Dated<FormerLife>>();
  const halts = new Map<string, Dated<Halt | null>>();
  const picks: Picks = new Map();
  const editions: Editions = new Map();
  const freeTimes = new Map<string, Dated<FreeTime>>();
  const control = openControl();
  const newest = new Map<string, Placed>();
  for await (const { kind, line, place, until } of wholeLines(source)) {
    const read = <T>(): T => JSON.parse(line.toString('utf8')) as T;
    if (kind === 'fleet')
      for (const client of fleetIn(read<FleetLine>())) keepNewest(fleet, client.client, client, until);
    if (kind === 'removed')
      for (const [client, known] of Object.entries(read<RemovedLine>().removed))
        keepNewest(former, client, known, until);
    if (kind === 'tokens')
      // A generation only rises, so of the files of several orchestrators the highest counts.
      for (const [client, least] of Object.entries(read<TokensLine>().tokens))
        tokens.set(client, Math.max(least, tokens.get(client) ?? 1));
    if (kind === 'release') {
      const { release, whole } = read<ReleaseLine>();
      keepNewest(releases, release, whole, until);
    }
    if (kind === 'campaign') {
      const { campaign, version, whole } = read<CampaignLine>();
      if (!isOlder({ version, campaign: whole }, campaigns.get(campaign)))
        campaigns.set(campaign, { version, campaign: whole });
    }
    if (kind === 'gone') {
      const { gone: name, lives, hash } = read<GoneLine>();
      if (lives > (removed.get(name)?.value.lives ?? 0)) removed.set(name, { value: { lives, hash }, until });
    }
    control.take(kind, line, until);
    if (kind === 'entry') noteHalt(halts, line.toString('utf8'));
    if (kind === 'picks') addPicks(picks, read<PicksLine>(), until);
    if (kind === 'edition') addEdition(editions, read<EditionLine>(), until);
    if (kind === 'left') removePicks(picks, read<LeftLine>(), until);
    if (kind === 'record') {
      const { record, client, version, activation, upgrade } = read<RecordAsWritten>();
      const { freeTime } = upgrade.memory;
      if (freeTime !== undefined) keepNewest(freeTimes, client, freeTime.looks, until);
      const id = lifeId(record, lifeOf(activation), client);
      if (version >= (newest.get(id)?.version ?? 0)) newest.set(id, { version, place });
    }
  }
  const gone = [...former]
    .filter(([client, { until }]) => isNewer(until, fleet.get(client)))
    .map(([name]) => name);
  const known = new Map([...freeTimes].filter(([client, { until }]) => isNewer(until, former.get(client))));
  const clients = { fleet: plain(fleet), gone, former: knownStill(former, removed), freeTimes: plain(known) };
  const halt = halts.get(everything)?.value ?? null;
  const all = { ...clients, releases: plain(releases), tokens, removed: plain(removed), halt, editions };
  return { ...all, control: control.end(), ...standing(campaigns, plain(removed), picks, newest) };
}

/** The halt stops every campaign: there is one at most. */
const everything = '';

/**
 * Notes that a person halted everything, or ended the halt. Only entries say so. What an earlier
 * rebuild put back is no new halt: the person, the reason and the time stay those of the halt.
 */
function noteHalt(halts: Map<string, Dated<Halt | null>>, line: string): void {
  if (!mayBeHalt.test(line)) return;
  const { id, at, campaign, client, who, to, because } = entryOf(line, '');
  if (!isHaltStep(to) || campaign !== '' || client !== null || who === rebuilder) return;
  keepNewest(halts, everything, to === 'halted' ? { by: who, because, at } : null, id);
}

/** Most lines are of other steps, and reading JSON takes time. */
const mayBeHalt = /"to":"(?:halted|going)"/u;

/** A campaign that is gone knows no client that was removed from the fleet before. */
const knownStill = (
  former: ReadonlyMap<string, Dated<readonly string[]>>,
  removed: ReadonlyMap<string, Dated<FormerLife>>,
): ReadonlyMap<string, readonly string[]> =>
  new Map(
    [...former].map(([client, { value, until }]) => [
      client,
      value.filter((name) => isNewer(until, removed.get(name))),
    ]),
  );

interface Placed {
  readonly version: number;
  readonly place: number;
}

/** Versions begin again with each life of a name. */
function isOlder({ version, campaign }: CampaignRecord, known: CampaignRecord | undefined): boolean {
  if (known === undefined) return false;
  const [life, knownLife] = [campaign.life ?? 0, known.campaign.life ?? 0];
  return life < knownLife || (life === knownLife && version < known.version);
}

/** What is left without the campaigns that were removed, and what belonged to an earlier life. */
function standing(
  campaigns: ReadonlyMap<string, CampaignRecord>,
  removed: ReadonlyMap<string, FormerLife>,
  picks: Picks,
  newest: ReadonlyMap<string, Placed>,
): Pick<Snapshot, 'campaigns' | 'picks' | 'newest'> {
  const present = new Map(
    [...campaigns].filter(([name, { campaign }]) => (campaign.life ?? 0) >= (removed.get(name)?.lives ?? 0)),
  );
  const lives = new Map([...present].map(([name, { campaign }]) => [name, campaign.life ?? 0]));
  const own = new Map([...lives].map(([name, life]) => [name, presentPicks(picks, name, life)]));
  const places = new Map<string, number>();
  for (const [id, { place }] of newest) {
    const [name = '', life, client = ''] = id.split('.');
    if (lives.get(name) === Number(life)) places.set(`${name}.${client}`, place);
  }
  return { campaigns: present, picks: own, newest: places };
}

/** The newest state of every upgrade, in no order. Reads the same files a second time. */
export async function* newestRecords(source: Source, { newest }: Snapshot): AsyncGenerator<RecordLine> {
  for await (const { kind, line, place } of wholeLines(source)) {
    if (kind !== 'record') continue;
    const read = recordIn(line.toString('utf8'));
    if (newest.get(`${read.record}.${read.client}`) === place) yield read;
  }
}
