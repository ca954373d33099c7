import { packHash, packWho, unpackHash, unpackWho } from './packed-entry.ts';
import { capped, evidenceBytesAtMost } from '../../../evidence.ts';
import { servpackVersion } from '../../../version.ts';
import type { KeptEntry } from '../../seal-store.ts';
import type { Shard } from '../core/shard.ts';
import { fromEach, type Shards } from '../sharding/shards.ts';
import type { AuditEntry, Evidence } from '../../types.ts';

/**
 * An entry as the one field of its stream entry and that field's text: an array without names. For a script every further field would
 * be two more values to take apart, and so it would be for whoever reads the stream.
 * @param version of the record after the step; null where none has one
 * @param evidence everything that is kept at this step
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
  // A dash in front: the first one is not the entry's own.
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

interface Filter {
  readonly campaign?: string;
  readonly client?: string;
}

/** Newest first; entries of several shards by the millisecond in which Redis took them. */
export async function readAudit(
  shards: Shards,
  limit: number,
  filter: Filter,
): Promise<readonly AuditEntry[]> {
  const streams = await fromEach(shards, (shard) => readStream(shard, limit, filter));
  return newestOf(streams).slice(0, limit).map(shownEntry);
}

/** Within a shard the order is kept; a stable sort does that for those of one millisecond. */
const newestOf = (streams: readonly (readonly KeptEntry[])[]): readonly KeptEntry[] =>
  streams.length === 1
    ? (streams[0] ?? [])
    : streams
        .toReversed()
        .flat()
        .sort((a, b) => msOf(b) - msOf(a));

const msOf = ({ id }: KeptEntry): number => Number.parseInt(id, 10);

/** Page by page until `limit` entries match. */
async function readStream(
  { redis, keys }: Shard,
  limit: number,
  { campaign, client }: Filter,
): Promise<readonly KeptEntry[]> {
  const matching: KeptEntry[] = [];
  let from = '+';
  for (;;) {
    const page = await redis.xrevrange(keys.of('audit'), from, '-', 'COUNT', pageSize);
    const isAsked = (entry: AuditEntry): boolean =>
      (campaign === undefined || entry.campaign === campaign) &&
      (client === undefined || entry.client === client);
    matching.push(...page.map(keptEntry).filter(isAsked));
    const last = page.at(-1);
    if (matching.length >= limit || last === undefined || page.length < pageSize)
      return matching.slice(0, limit);
    from = `(${last[0]}`;
  }
}

const shownEntry = ({ id: _i, version: _v, servpack: _s, beside: _b, ...entry }: KeptEntry): AuditEntry =>
  entry;

export async function auditAfter(
  { redis, keys }: Shard,
  after: string,
  limit: number,
): Promise<readonly KeptEntry[]> {
  return (await redis.xrange(keys.of('audit'), `(${after}`, '+', 'COUNT', limit)).map(keptEntry);
}

function keptEntry([id, [, text = '']]: readonly [string, readonly string[]]): KeptEntry {
  const [at, campaign, client, version, who, from, to, because, hashes, servpack] = JSON.parse(text) as Row;
  const [evidence, ...beside] = hashes.split(' ');
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
    beside: beside.map(unpackHash),
    servpack,
  };
}
