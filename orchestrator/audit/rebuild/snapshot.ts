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
import type { Client, Release } from '../../../shared/domain/campaign/definition.ts';
import type { FileVerdict } from '../format/verify-file.ts';
import { wholeLines } from './sections.ts';
import type { CampaignRecord, WaitingClient } from '../../../shared/store/types.ts';

/** What the files know. Of the upgrades only the place of each one's newest state. */
export interface Picture {
  readonly fleet: ReadonlyMap<string, Client>;
  readonly releases: ReadonlyMap<string, Release>;
  /** By client: the lowest generation of check-in tokens that is good. */
  readonly tokens: ReadonlyMap<string, number>;
  /** By name, each in its newest version. */
  readonly campaigns: ReadonlyMap<string, CampaignRecord>;
  /** By campaign: its clients, as they were taken when it was created. */
  readonly picks: ReadonlyMap<string, ReadonlyMap<string, WaitingClient>>;
  /** `campaign.client` -> place of the newest state. */
  readonly newest: ReadonlyMap<string, number>;
}

/**
 * One pass over all files. A million upgrades are a million small numbers here, not a million
 * states.
 */
export async function readPicture(files: readonly FileVerdict[]): Promise<Picture> {
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
      // It is never lowered, so of several orchestrators' files the highest counts.
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

/** The newest state of every upgrade, in no order: a second pass over the same files. */
export async function* newestRecords(
  files: readonly FileVerdict[],
  { newest }: Picture,
): AsyncGenerator<RecordLine> {
  for await (const { kind, line, place } of wholeLines(files)) {
    if (kind !== 'record') continue;
    const read = recordIn(line.toString('utf8'));
    if (newest.get(`${read.record}.${read.client}`) === place) yield read;
  }
}
