import type { Client } from '../../../domain/campaign/definition.ts';
import { countersOfLook, type LastLook } from '../../../domain/survey/last-look.ts';
import { type LookKey, surveyKeptSeconds, type SurveyLook } from '../../survey-store.ts';
import type { Evidence } from '../../types.ts';
import { evidenceFields } from '../audit/audit.ts';
import { flat, list, scriptFile } from '../core/scripts.ts';
import { inPieces, type Shard } from '../core/shard.ts';
import { lookOf, lookText } from './look-text.ts';

const askLooksScript = scriptFile(import.meta.url, 'ask-looks.lua');

/** Asks for waiting targets until the shard has `atMost` looks without an answer. */
export async function askLooks(shard: Shard, survey: string, atMost: number): Promise<readonly LookKey[]> {
  return keysIn(shard, survey, (await shard.run(askLooksScript, survey, atMost)) as readonly string[]);
}

/** The looks of a shard that were asked for and have no answer yet. */
export async function askedLooks(shard: Shard, survey: string): Promise<readonly LookKey[]> {
  return keysIn(shard, survey, await shard.redis.hkeys(shard.keys.of('surveyAsked', survey)));
}

const keysIn = ({ number }: Shard, survey: string, names: readonly string[]): readonly LookKey[] =>
  names.map((name) => ({ survey, name, shard: number }));

/**
 * A look that has no answer yet; null when it has one.
 * @returns `adHoc` is null for a fleet client
 */
export async function readTarget(
  { redis, keys }: Shard,
  survey: string,
  target: string,
): Promise<{ readonly adHoc: Client | null; readonly campaign: string | null } | null> {
  const [asked, campaign] = await Promise.all([
    redis.hget(keys.of('surveyAsked', survey), target),
    redis.hget(keys.of('claims'), target),
  ]);
  if (asked === null) return null;
  const client = asked.replace(/^\d+\|\d+\|/, '');
  return { adHoc: client === '' ? null : (JSON.parse(client) as Client), campaign };
}

const putLookScript = scriptFile(import.meta.url, 'put-look.lua');

/** Writes the answer of a look. Returns false when it has one already, or its survey has ended. */
export async function putLook(
  { run }: Shard,
  { survey, name }: LookKey,
  look: LastLook,
  evidence: Evidence | null,
): Promise<boolean> {
  const put = await run(
    putLookScript,
    survey,
    name,
    lookText(look),
    surveyKeptSeconds,
    ...list(flat(countersOfLook(look))),
    ...list(evidenceFields(evidence === null ? [] : [evidence])),
  );
  return put === 1;
}

/**
 * What a survey found in one shard, in the order of the answers.
 * @returns `count` is the number of entries read; an entry without a look any more gives none
 */
export async function foundIn(
  shard: Shard,
  survey: string,
  from: number,
  limit: number,
): Promise<{ readonly looks: readonly SurveyLook[]; readonly count: number }> {
  const { redis, keys } = shard;
  const entries = await redis.lrange(keys.of('surveyFound', survey), from, from + limit - 1);
  const kept = await lastLooksIn(
    shard,
    entries.filter((entry) => !entry.includes('|')),
  );
  const looks = entries.flatMap((entry): SurveyLook[] => {
    const bar = entry.indexOf('|');
    if (bar >= 0)
      return [{ name: entry.slice(0, bar), isInFleet: false, look: lookOf(entry.slice(bar + 1)) }];
    const look = kept.get(entry);
    return look === undefined ? [] : [{ name: entry, isInFleet: true, look }];
  });
  return { looks, count: entries.length };
}

const pieceSize = 1_000;

/** The last looks at clients of this shard; clients without one are left out. */
export async function lastLooksIn(
  { redis, keys }: Shard,
  clients: readonly string[],
): Promise<ReadonlyMap<string, LastLook>> {
  const found = new Map<string, LastLook>();
  for (const piece of inPieces(clients, pieceSize)) {
    const texts = await redis.hmget(keys.of('looks'), ...piece);
    piece.forEach((client, at) => {
      const text = texts[at];
      if (text) found.set(client, lookOf(text));
    });
  }
  return found;
}

export const readLookEvidence = ({ redis, keys }: Shard, sha256: string): Promise<string | null> =>
  redis.get(keys.of('lookEvidence', sha256));
