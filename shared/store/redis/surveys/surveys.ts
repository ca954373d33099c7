import type { Survey, SurveyEnd, SurveyProgress } from '../../../domain/survey/survey.ts';
import { surveyKeptSeconds, type SurveyStore, type SurveyTarget } from '../../survey-store.ts';
import { auditFields } from '../audit/audit.ts';
import { sumOf } from '../campaigns/campaigns.ts';
import { shardOf } from '../fleet/fleet-text.ts';
import { list } from '../core/scripts.ts';
import { type Shard, valuesOf } from '../core/shard.ts';
import { fromEach, type Shards } from '../sharding/shards.ts';
import { surveyLooksOf } from './survey-looks.ts';
import type { AuditEntry } from '../../types.ts';

const pieceSize = 1_000;

export const surveyingOf = (shards: Shards): SurveyStore => ({
  createSurvey: (survey, targets, audit) => createSurvey(shards, survey, targets, audit),
  readSurvey: (survey) => readSurvey(shards, survey),
  surveys: () => surveys(shards),
  openSurveys: () => shards.head.redis.smembers(shards.head.keys.of('surveysOpen')),
  endSurvey: (survey, end, audit) => endSurvey(shards, survey, end, audit),
  ...surveyLooksOf(shards),
});

/**
 * Writes the targets first, in pieces that expire by themselves, and the survey last. So readers
 * never see half a survey, and creating one that breaks off leaves nothing behind.
 */
async function createSurvey(
  shards: Shards,
  asked: Omit<Survey, 'total'>,
  targets: AsyncIterable<SurveyTarget>,
  audit: (total: number) => AuditEntry,
): Promise<SurveyProgress | null> {
  let total = 0;
  let piece: SurveyTarget[] = [];
  const stage = async (): Promise<void> => {
    await addTargets(shards, asked, piece);
    total += piece.length;
    piece = [];
  };
  for await (const target of targets) {
    piece.push(target);
    if (piece.length === pieceSize) await stage();
  }
  await stage();
  if (total === 0) return null;
  const survey = { ...asked, total };
  const { head } = shards;
  await head.run(
    'create-survey',
    survey.survey,
    JSON.stringify(survey),
    survey.at,
    ...list(auditFields(audit(total), null)),
  );
  return { survey, end: null, waiting: total, asked: 0, counters: {} };
}

async function addTargets(
  { all, homes, head }: Shards,
  { survey, until }: Omit<Survey, 'total'>,
  targets: readonly SurveyTarget[],
): Promise<void> {
  if (targets.length === 0) return;
  const found = await homes.ofAll(targets.map(({ name }) => name));
  const homeOf = ({ name, adHoc }: SurveyTarget, at: number): Shard =>
    (adHoc === null ? found[at] : all[shardOf(name, all.length)]) ?? head;
  const parts = Map.groupBy(
    targets.map((target, at) => ({ target, shard: homeOf(target, at) })),
    (each) => each.shard,
  );
  for (const [{ redis, keys }, part] of parts) {
    const waiting = keys.of('surveyWaiting', survey);
    const texts = part.map(({ target }) => targetText(target));
    valuesOf(
      await redis
        .pipeline()
        .rpush(waiting, ...texts)
        .pexpireat(waiting, until + surveyKeptSeconds * 1_000)
        .exec(),
    );
  }
}

const targetText = ({ name, adHoc }: SurveyTarget): string =>
  adHoc === null ? name : `${name}|${JSON.stringify(adHoc)}`;

async function readSurvey(shards: Shards, name: string): Promise<SurveyProgress | null> {
  const { redis, keys } = shards.head;
  const [json, end] = await redis.hmget(keys.of('survey', name), 'json', 'end');
  if (json === null || json === undefined) return null;
  const parts = await fromEach(shards, (shard) => progressIn(shard, name));
  return {
    survey: JSON.parse(json) as Survey,
    end: JSON.parse(end ?? 'null') as SurveyEnd | null,
    waiting: parts.reduce((sum, { waiting }) => sum + waiting, 0),
    asked: parts.reduce((sum, { asked }) => sum + asked, 0),
    counters: sumOf(parts.map(({ counts }) => counts)),
  };
}

/** Reads all at one moment: an answer between two reads would be counted twice or not at all. */
async function progressIn({ redis, keys }: Shard, survey: string) {
  const [waiting, asked, counts] = valuesOf(
    await redis
      .multi()
      .llen(keys.of('surveyWaiting', survey))
      .hlen(keys.of('surveyAsked', survey))
      .hgetall(keys.of('surveyCounts', survey))
      .exec(),
  );
  return { waiting: Number(waiting), asked: Number(asked), counts: counts as Record<string, string> };
}

async function surveys(shards: Shards): Promise<readonly SurveyProgress[]> {
  const { redis, keys } = shards.head;
  const names = await redis.zrevrange(keys.of('surveys'), 0, -1);
  const found = await Promise.all(names.map((name) => readSurvey(shards, name)));
  const forgotten = names.filter((_, at) => found[at] === null);
  if (forgotten.length > 0) await redis.zrem(keys.of('surveys'), ...forgotten);
  return found.filter((survey) => survey !== null);
}

/**
 * Writes the end first, then closes the shards. Until that is done the survey is listed as open, so
 * the leader completes an end that broke off.
 */
async function endSurvey(
  shards: Shards,
  survey: string,
  end: SurveyEnd,
  audit: AuditEntry,
): Promise<SurveyProgress | null> {
  const { head } = shards;
  const found = await head.run('end-survey', survey, JSON.stringify(end), ...list(auditFields(audit, null)));
  if (found !== 1) {
    await head.redis.srem(head.keys.of('surveysOpen'), survey);
    return null;
  }
  await fromEach(shards, ({ run }) => run('close-survey', survey, surveyKeptSeconds));
  valuesOf(
    await head.redis
      .multi()
      .expire(head.keys.of('survey', survey), surveyKeptSeconds)
      .srem(head.keys.of('surveysOpen'), survey)
      .exec(),
  );
  return readSurvey(shards, survey);
}
