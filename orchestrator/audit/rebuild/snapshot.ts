import { createReadStream } from 'node:fs';
import {
  type CampaignLine,
  fleetIn,
  type FleetLine,
  type PicksLine,
  recordIn,
  type RecordLine,
  type ReleaseLine,
  type TokensLine,
} from '../format/attachment-lines.ts';
import { kindOf, type LineKind } from '../format/file-lines.ts';
import { splitLines } from '../format/split-lines.ts';
import type { FileVerdict } from '../format/verify-file.ts';
import type { Client, Release } from '../../../shared/domain/campaign/definition.ts';
import type { CampaignRecord, WaitingClient } from '../../../shared/store/types.ts';

/**
 * A line of a whole section. Reading the same files in the same order again gives the same
 * `place`.
 */
interface PlacedLine {
  readonly place: number;
  readonly kind: LineKind;
  readonly line: Buffer;
}

/** Files in the order of their first blocks. */
export const inTheirOrder = (files: readonly FileVerdict[]): readonly FileVerdict[] =>
  files.toSorted((a, b) => (a.blocks[0]?.block ?? 0) - (b.blocks[0]?.block ?? 0));

/** Every line of every whole section. What a crash cut off is left out. */
async function* wholeLines(files: readonly FileVerdict[]): AsyncGenerator<PlacedLine> {
  let place = 0;
  for (const { file, whole } of files) {
    const chunks = createReadStream(file, { highWaterMark: 1024 * 1024 });
    for await (const { line, end } of splitLines(chunks)) {
      if (end > whole.end) break;
      const kind = kindOf(line);
      place += 1;
      if (kind !== null) yield { place, kind, line };
    }
  }
}

/** What the files hold. Of an upgrade only the place of its newest state. */
export interface Snapshot {
  readonly fleet: ReadonlyMap<string, Client>;
  readonly releases: ReadonlyMap<string, Release>;
  /** By client: the lowest generation of check-in tokens that is valid. */
  readonly tokens: ReadonlyMap<string, number>;
  /** By name, each in its newest version. */
  readonly campaigns: ReadonlyMap<string, CampaignRecord>;
  /** By campaign: its clients, as they were taken when it was created. */
  readonly picks: ReadonlyMap<string, ReadonlyMap<string, WaitingClient>>;
  /** `campaign.client` -> place of the newest state. */
  readonly newest: ReadonlyMap<string, number>;
}

/** Reads all files once. It keeps a small number for each upgrade, and no state. */
export async function readSnapshot(files: readonly FileVerdict[]): Promise<Snapshot> {
  const fleet = new Map<string, Client>();
  const releases = new Map<string, Release>();
  const tokens = new Map<string, number>();
  const campaigns = new Map<string, CampaignRecord>();
  const picks = new Map<string, Map<string, WaitingClient>>();
  const newest = new Map<string, { readonly version: number; readonly place: number }>();
  for await (const { kind, line, place } of wholeLines(files)) {
    const read = <T>(): T => JSON.parse(line.toString('utf8')) as T;
    if (kind === 'fleet') for (const client of fleetIn(read<FleetLine>())) fleet.set(client.client, client);
    if (kind === 'tokens')
      // A generation only rises, so of the files of several orchestrators the highest counts.
      for (const [client, least] of Object.entries(read<TokensLine>().tokens))
        tokens.set(client, Math.max(least, tokens.get(client) ?? 1));
    if (kind === 'release') {
      const { release, whole } = read<ReleaseLine>();
      releases.set(release, whole);
    }
    if (kind === 'campaign') {
      const { campaign, version, whole } = read<CampaignLine>();
      if (version >= (campaigns.get(campaign)?.version ?? 0))
        campaigns.set(campaign, { version, campaign: whole });
    }
    if (kind === 'picks') addPicks(picks, read<PicksLine>());
    if (kind === 'record') {
      const { record, client, version } = read<RecordLine>();
      const id = `${record}.${client}`;
      if (version >= (newest.get(id)?.version ?? 0)) newest.set(id, { version, place });
    }
  }
  const places = new Map([...newest].map(([id, found]) => [id, found.place]));
  return { fleet, releases, tokens, campaigns, picks, newest: places };
}

function addPicks(all: Map<string, Map<string, WaitingClient>>, line: PicksLine): void {
  const own = all.get(line.picks) ?? new Map<string, WaitingClient>();
  all.set(line.picks, own);
  const { wave, logonServer } = line;
  for (const client of line.clients) own.set(client, { client, wave, logonServer });
}

/** The newest state of every upgrade, in no order. Reads the same files a second time. */
export async function* newestRecords(
  files: readonly FileVerdict[],
  { newest }: Snapshot,
): AsyncGenerator<RecordLine> {
  for await (const { kind, line, place } of wholeLines(files)) {
    if (kind !== 'record') continue;
    const read = recordIn(line.toString('utf8'));
    if (newest.get(`${read.record}.${read.client}`) === place) yield read;
  }
}
