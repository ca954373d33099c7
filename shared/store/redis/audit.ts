import { capped, evidenceBytesAtMost } from '../../evidence.ts';
import type { AuditEntry, Evidence } from '../store.ts';
import { pairs, type Shard } from './shard.ts';

/**
 * An entry as a flat list. The same names in the same order each time: the stream then stores them once per
 * block.
 */
export function auditFields(entry: AuditEntry | null): readonly string[] {
  if (entry === null) return [];
  const { at, campaign, client, who, from, to, because, evidence } = entry;
  return [
    'at',
    String(at),
    'campaign',
    campaign,
    'client',
    client ?? '',
    'who',
    who,
    'from',
    from,
    'to',
    to,
    'because',
    because,
    'evidence',
    evidence ?? '',
  ];
}

export const evidenceFields = (all: readonly Evidence[]): readonly string[] =>
  all.flatMap(({ sha256, text }) => [sha256, capped(text, evidenceBytesAtMost)]);

const pageSize = 500;

/** Newest first, page by page until `limit` entries match. */
export async function readAudit(
  { redis, keys }: Shard,
  limit: number,
  { campaign, client }: { readonly campaign?: string; readonly client?: string },
): Promise<readonly AuditEntry[]> {
  const matching: AuditEntry[] = [];
  let from = '+';
  for (;;) {
    const page = await redis.xrevrange(keys.of('audit'), from, '-', 'COUNT', pageSize);
    const entries = page.map(([, fields]) => auditEntry(fields));
    const isAsked = (entry: AuditEntry): boolean =>
      (campaign === undefined || entry.campaign === campaign) &&
      (client === undefined || entry.client === client);
    matching.push(...entries.filter(isAsked));
    const last = page.at(-1);
    if (matching.length >= limit || last === undefined || page.length < pageSize)
      return matching.slice(0, limit);
    from = `(${last[0]}`;
  }
}

function auditEntry(fields: readonly string[]): AuditEntry {
  const found = new Map(pairs(fields));
  const text = (name: string): string => found.get(name) ?? '';
  const orNull = (name: string): string | null => (text(name) === '' ? null : text(name));
  return {
    at: Number(text('at')),
    campaign: text('campaign'),
    client: orNull('client'),
    who: text('who'),
    from: text('from'),
    to: text('to'),
    because: text('because'),
    evidence: orNull('evidence'),
  };
}
