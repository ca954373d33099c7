import type { Survey, SurveyEnd } from '../../../domain/survey/survey.ts';
import { surveyKeptSeconds, type SurveyTarget } from '../../survey-store.ts';
import type { AuditEntry } from '../../types.ts';
import { auditFields } from '../audit/audit.ts';
import { list, lua, script } from '../core/scripts.ts';
import { type NumberHash, type Shard, valuesOf } from '../core/shard.ts';

/**
 * Adds waiting targets to a survey that is not visible yet. They expire unless the survey is
 * written.
 */
export async function addTargets(
  { redis, keys }: Shard,
  { survey, until }: Pick<Survey, 'survey' | 'until'>,
  targets: readonly SurveyTarget[],
): Promise<void> {
  const waiting = keys.of('surveyWaiting', survey);
  valuesOf(
    await redis
      .pipeline()
      .rpush(waiting, ...targets.map(targetText))
      .pexpireat(waiting, until + surveyKeptSeconds * 1_000)
      .exec(),
  );
}

const targetText = ({ name, adHoc }: SurveyTarget): string =>
  adHoc === null ? name : `${name}|${JSON.stringify(adHoc)}`;

const writeSurveyScript = script(
  import.meta.url,
  'create-survey',
  lua`
-- @include ../core/lists.lua
-- @include ../audit/audit.lua

-- Writes a survey, whose targets wait already, and its audit entry.
-- ARGV: survey, JSON, when (policy time); list: audit
redis.call('HSET', key('survey', ARGV[1]), 'json', ARGV[2])
redis.call('ZADD', key('surveys'), ARGV[3], ARGV[1])
redis.call('SADD', key('surveysOpen'), ARGV[1])
addAudit(lists(4)())
return 1`,
);

/** Makes a survey visible, in shard 0. */
export async function writeSurvey({ run }: Shard, survey: Survey, audit: AuditEntry): Promise<void> {
  const json = JSON.stringify(survey);
  await run(writeSurveyScript, survey.survey, json, survey.at, ...list(auditFields(audit, null)));
}

/** A survey as shard 0 knows it; null when there is none. */
export async function readHead({ redis, keys }: Shard, name: string) {
  const [json, end] = await redis.hmget(keys.of('survey', name), 'json', 'end');
  if (json === null || json === undefined) return null;
  return { survey: JSON.parse(json) as Survey, end: JSON.parse(end ?? 'null') as SurveyEnd | null };
}

export interface ShardProgress {
  readonly waiting: number;
  readonly asked: number;
  readonly counts: NumberHash;
}

/** Reads all at one moment: an answer between two reads would count twice or not at all. */
export async function progressIn({ redis, keys }: Shard, survey: string): Promise<ShardProgress> {
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

/** Names of all surveys, newest first. */
export const surveyNames = ({ redis, keys }: Shard): Promise<readonly string[]> =>
  redis.zrevrange(keys.of('surveys'), 0, -1);

/** Removes from the list surveys that Redis has forgotten. */
export async function forgetNames({ redis, keys }: Shard, names: readonly string[]): Promise<void> {
  if (names.length > 0) await redis.zrem(keys.of('surveys'), ...names);
}

export const openSurveys = ({ redis, keys }: Shard): Promise<readonly string[]> =>
  redis.smembers(keys.of('surveysOpen'));

const endSurveyScript = script(
  import.meta.url,
  'end-survey',
  lua`
-- @include ../core/lists.lua
-- @include ../audit/audit.lua

-- Writes how a survey ended; the first end counts. Returns 0 when there is no such survey.
-- ARGV: survey, end as JSON; list: audit
local survey = key('survey', ARGV[1])
if redis.call('EXISTS', survey) == 0 then return 0 end
if redis.call('HSETNX', survey, 'end', ARGV[2]) == 1 then addAudit(lists(3)()) end
return 1`,
);

/** Writes the end of a survey in shard 0. Returns false when there is no such survey. */
export async function writeEnd(
  { redis, keys, run }: Shard,
  survey: string,
  end: SurveyEnd,
  audit: AuditEntry,
): Promise<boolean> {
  const fields = list(auditFields(audit, null));
  if ((await run(endSurveyScript, survey, JSON.stringify(end), ...fields)) === 1) return true;
  await redis.srem(keys.of('surveysOpen'), survey);
  return false;
}

const closeSurveyScript = script(
  import.meta.url,
  'close-survey',
  lua`
-- Forgets the targets without an answer at once, and what was found after a while.
-- ARGV: survey, seconds until what was found is forgotten
redis.call('UNLINK', key('surveyWaiting', ARGV[1]), key('surveyAsked', ARGV[1]))
redis.call('EXPIRE', key('surveyFound', ARGV[1]), ARGV[2])
redis.call('EXPIRE', key('surveyCounts', ARGV[1]), ARGV[2])
return 1`,
);

/** Forgets the targets of an ended survey in one shard. */
export async function closeSurvey({ run }: Shard, survey: string): Promise<void> {
  await run(closeSurveyScript, survey, surveyKeptSeconds);
}

/** Lets shard 0 forget an ended survey after a while, once all shards are closed. */
export async function closeHead({ redis, keys }: Shard, survey: string): Promise<void> {
  valuesOf(
    await redis
      .multi()
      .expire(keys.of('survey', survey), surveyKeptSeconds)
      .srem(keys.of('surveysOpen'), survey)
      .exec(),
  );
}
