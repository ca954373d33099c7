import type { Client } from '../../../domain/campaign/definition.ts';
import type { LastLook } from '../../../domain/survey/last-look.ts';
import { countersOfLook } from '../../../domain/survey/last-look.ts';
import type { Survey } from '../../../domain/survey/survey.ts';
import {
  type AskedLook,
  type LookKey,
  surveyKeptSeconds,
  type SurveyStore,
  type SurveyLook,
} from '../../survey-store.ts';
import { evidenceFields } from '../audit/audit.ts';
import { clientOf } from '../fleet/fleet-text.ts';
import { lookOf, lookText } from './look-text.ts';
import { flat, list } from '../core/scripts.ts';
import { inPieces, type Shard } from '../core/shard.ts';
import { fromEach, type Shards } from '../sharding/shards.ts';
import type { Evidence } from '../../types.ts';

type LooksPart = Pick<
  SurveyStore,
  'askLooks' | 'askedLooks' | 'readAskedLook' | 'putLook' | 'surveyLooks' | 'lastLooks' | 'lookEvidence'
>;

const pieceSize = 1_000;

export const surveyLooksOf = (shards: Shards): LooksPart => ({
  askLooks: async (survey, atMost) =>
    (
      await fromEach(shards, async (shard) => {
        const names = (await shard.run('ask-looks', survey, atMost)) as readonly string[];
        return keysIn(shard, survey, names);
      })
    ).flat(),
  askedLooks: async (survey) =>
    (
      await fromEach(shards, async (shard) =>
        keysIn(shard, survey, await shard.redis.hkeys(shard.keys.of('surveyAsked', survey))),
      )
    ).flat(),
  readAskedLook: (key) => readAskedLook(shards, key),
  putLook: (key, look, evidence) => putLook(shards, key, look, evidence),
  surveyLooks: (survey, cursor, limit) => surveyLooks(shards, survey, cursor, limit),
  lastLooks: (clients) => lastLooks(shards, clients),
  lookEvidence: async (sha256) => {
    const found = await fromEach(shards, ({ redis, keys }) => redis.get(keys.of('lookEvidence', sha256)));
    return found.find((text) => text !== null) ?? null;
  },
});

const keysIn = ({ number }: Shard, survey: string, names: readonly string[]): readonly LookKey[] =>
  names.map((name) => ({ survey, name, shard: number }));

async function readAskedLook(
  { all, head }: Shards,
  { survey: name, name: target, shard: number }: LookKey,
): Promise<AskedLook | null> {
  const shard = all[number];
  if (shard === undefined) return null;
  const { redis, keys } = shard;
  const [adHoc, campaign] = await Promise.all([
    redis.hget(keys.of('surveyAsked', name), target),
    redis.hget(keys.of('claims'), target),
  ]);
  if (adHoc === null) return null;
  const [json, client] = await Promise.all([
    head.redis.hget(head.keys.of('survey', name), 'json'),
    adHoc === '' ? fleetClient(head, target) : (JSON.parse(adHoc) as Client),
  ]);
  return json === null ? null : { survey: JSON.parse(json) as Survey, client, campaign };
}

async function fleetClient({ redis, keys }: Shard, client: string): Promise<Client | null> {
  const text = await redis.hget(keys.of('fleet'), client);
  return text === null ? null : clientOf(client, text);
}

async function putLook(
  { all }: Shards,
  { survey, name, shard }: LookKey,
  look: LastLook,
  evidence: Evidence | null,
): Promise<boolean> {
  const put = await all[shard]?.run(
    'put-look',
    survey,
    name,
    lookText(look),
    surveyKeptSeconds,
    ...list(flat(countersOfLook(look))),
    ...list(evidenceFields(evidence === null ? [] : [evidence])),
  );
  return put === 1;
}

/** The cursor holds the number of looks that were read from each shard. */
async function surveyLooks(
  { all }: Shards,
  survey: string,
  cursor: string,
  limit: number,
): Promise<{ readonly looks: readonly SurveyLook[]; readonly cursor: string }> {
  const read = cursor.split('-').map((text) => Number(text) || 0);
  const looks: SurveyLook[] = [];
  const next: number[] = [];
  for (const shard of all) {
    const from = read[shard.number] ?? 0;
    const room = limit - looks.length;
    const found = room > 0 ? await foundIn(shard, survey, from, room) : { looks: [], count: 0 };
    looks.push(...found.looks);
    next.push(from + found.count);
  }
  return { looks, cursor: next.join('-') };
}

async function foundIn({ redis, keys }: Shard, survey: string, from: number, limit: number) {
  const entries = await redis.lrange(keys.of('surveyFound', survey), from, from + limit - 1);
  const names = entries.filter((entry) => !entry.includes('|'));
  const texts = names.length === 0 ? [] : await redis.hmget(keys.of('looks'), ...names);
  const kept = new Map(names.map((name, at) => [name, texts[at] ?? null]));
  const looks = entries.flatMap((entry): SurveyLook[] => {
    const bar = entry.indexOf('|');
    const isInFleet = bar === -1;
    const text = isInFleet ? kept.get(entry) : entry.slice(bar + 1);
    return text ? [{ name: isInFleet ? entry : entry.slice(0, bar), isInFleet, look: lookOf(text) }] : [];
  });
  return { looks, count: entries.length };
}

async function lastLooks(shards: Shards, clients: readonly string[]): Promise<readonly (LastLook | null)[]> {
  const homes = await shards.homes.ofAll(clients);
  const found = new Map<string, LastLook>();
  for (const { number, redis, keys } of shards.all) {
    const own = clients.filter((_, at) => homes[at]?.number === number);
    for (const piece of inPieces(own, pieceSize)) {
      const texts = await redis.hmget(keys.of('looks'), ...piece);
      piece.forEach((client, at) => {
        const text = texts[at];
        if (text) found.set(client, lookOf(text));
      });
    }
  }
  return clients.map((client) => found.get(client) ?? null);
}
