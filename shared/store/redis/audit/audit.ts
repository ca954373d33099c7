import { type AuditQuestion, auditReadAtMost } from '../../audit-store.ts';
import type { Change } from '../../change-store.ts';
import type { KeptEntry } from '../../seal-store.ts';
import type { AuditEntry, Evidence } from '../../types.ts';
import { capped, evidenceBytesAtMost } from '../../../evidence.ts';
import { servpackVersion } from '../../../version.ts';
import type { Shard } from '../core/shard.ts';
import type { RecentEntries, StreamEntry } from './recent-entries.ts';
import { packHash, packWho, unpackHash, unpackWho } from './packed-entry.ts';

/**
 * An entry as the one field of its stream entry and that field's text: an array without names. Each
 * further field would cost every script, and every reader of the stream, two more values.
 * @param version of the record after the step; null where no record has one
 * @param evidence all evidence that is kept at this step
 */
export function auditFields(
  entry: AuditEntry | null,
  version: number | null,
  evidence: readonly Evidence[] = [],
): readonly string[] {
  if (entry === null) return [];
  const { at, campaign, client, who, from, to, because } = entry;
  const named = entry.evidence === null ? [] : [entry.evidence];
  const kept = [...new Set([...named, ...evidence.map(({ sha256 }) => sha256)])];
  // A dash in front: the first hash is not the evidence of the entry itself.
  const hashes = `${entry.evidence === null && kept.length > 0 ? '- ' : ''}${kept.map(packHash).join(' ')}`;
  const row: Row = [at, campaign, client, version, packWho(who), from, to, because, hashes, servpackVersion];
  return [packed, JSON.stringify(row)];
}

const packed = 'p';

type Row = readonly [
  at: number,
  campaign: string,
  client: string | null,
  version: number | null,
  who: string,
  from: string,
  to: string,
  because: string,
  hashes: string,
  servpack: string,
];

export const evidenceFields = (all: readonly Evidence[]): readonly string[] =>
  all.flatMap(({ sha256, text }) => [sha256, capped(text, evidenceBytesAtMost)]);

const pageSize = 500;

/**
 * Entries of one shard, newest first: page by page until `limit` entries match, or the budget of
 * one question is read.
 * @param above the id of an entry: it, and what came before it, is left out; null = nothing is
 */
export async function newestEntries(
  { redis, keys }: Shard,
  limit: number,
  { campaign, client }: Omit<AuditQuestion, 'above'>,
  above: string | null,
): Promise<readonly KeptEntry[]> {
  const matching: KeptEntry[] = [];
  const isAsked = (entry: AuditEntry): boolean =>
    (campaign === undefined || entry.campaign === campaign) &&
    (client === undefined || entry.client === client);
  const until = above === null ? '-' : `(${above}`;
  let from = '+';
  for (let read = 0; ;) {
    const page = await redis.xrevrange(keys.of('audit'), from, until, 'COUNT', pageSize);
    matching.push(...page.map(keptEntry).filter(isAsked));
    read += page.length;
    const last = page.at(-1);
    const isEnd = last === undefined || page.length < pageSize || read >= Math.max(limit, auditReadAtMost);
    if (matching.length >= limit || isEnd) return matching.slice(0, limit);
    from = `(${last[0]}`;
  }
}

/** Entries of one shard with an id above `after`, oldest first. */
export async function entriesAfter(
  { redis, keys }: Shard,
  after: string,
  limit: number,
): Promise<readonly KeptEntry[]> {
  return (await redis.xrange(keys.of('audit'), `(${after}`, '+', 'COUNT', limit)).map(keptEntry);
}

/**
 * As `entriesAfter`. Entries that this process has read already are not read again, while Redis
 * still has the last of them: a replica that took over, and a file that was cut off, have a part of
 * the stream from its beginning.
 */
export async function entriesToSeal(
  shard: Shard,
  recent: RecentEntries,
  after: string,
  limit: number,
): Promise<readonly KeptEntry[]> {
  const known = recent.above(after, limit);
  const last = known.at(-1)?.[0];
  if (last === undefined) return entriesAfter(shard, after, limit);
  const { redis, keys } = shard;
  const [found, ...further] = await redis.xrange(
    keys.of('audit'),
    last,
    '+',
    'COUNT',
    limit - known.length + 1,
  );
  if (found?.[0] === last) return [...known, ...further].map(keptEntry);
  recent.forget();
  return entriesAfter(shard, after, limit);
}

export async function entriesBefore(
  { redis, keys }: Shard,
  before: string | null,
  limit: number,
): Promise<readonly KeptEntry[]> {
  const from = before === null ? '+' : `(${before}`;
  return (await redis.xrevrange(keys.of('audit'), from, '-', 'COUNT', limit)).map(keptEntry);
}

/** The id of the newest entry; an audit without entries has none. */
export async function newestId({ redis, keys }: Shard): Promise<string> {
  return (await redis.xrevrange(keys.of('audit'), '+', '-', 'COUNT', 1))[0]?.[0] ?? '0-0';
}

/** Entries above `after` that are about no single client; the others are not parsed. */
export async function campaignEntriesAfter(
  { redis, keys }: Shard,
  after: string,
  limit: number,
): Promise<{ readonly entries: readonly KeptEntry[]; readonly after: string; readonly isEnd: boolean }> {
  const page = await redis.xrange(keys.of('audit'), `(${after}`, '+', 'COUNT', limit);
  const entries = page.filter(([, [, text = '']]) => changeIn(text).of === 'campaign').map(keptEntry);
  return { entries, after: page.at(-1)?.[0] ?? after, isEnd: page.length < limit };
}

function keptEntry([id, [, text = '']]: StreamEntry): KeptEntry {
  const [at, campaign, client, version, who, from, to, because, hashes, servpack] = JSON.parse(text) as Row;
  const [evidence, ...others] = hashes.split(' ');
  return {
    id,
    at,
    campaign,
    client,
    version,
    who: unpackWho(who),
    from,
    to,
    because,
    evidence: evidence === undefined || evidence === '' || evidence === '-' ? null : unpackHash(evidence),
    beside: others.map(unpackHash),
    servpack,
  };
}

/** Reads of an entry's text only what it is about. The leader does so for every entry. */
export function changeIn(text: string): Change {
  const { campaign, next } = /^\[\d+,"(?<campaign>[^"\\]*)",(?<next>.)/.exec(text)?.groups ?? {};
  if (campaign !== undefined) return { campaign, of: next === 'n' ? 'campaign' : 'client' };
  const [, named, client] = JSON.parse(text) as Row;
  return { campaign: named, of: client === null ? 'campaign' : 'client' };
}
