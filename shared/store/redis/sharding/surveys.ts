import type { LastLook } from '../../../domain/survey/last-look.ts';
import type { Survey, SurveyProgress } from '../../../domain/survey/survey.ts';
import type { AskedLook, LookKey, SurveyLook, SurveyStore, SurveyTarget } from '../../survey-store.ts';
import type { AuditEntry } from '../../types.ts';
import { groupsOf } from '../../../streams.ts';
import { type Shard, sumOf } from '../core/shard.ts';
import { readClient } from '../fleet/fleet.ts';
import { shardOfServer } from '../fleet/fleet-text.ts';
import {
  askedLooks,
  askLooks,
  foundIn,
  lastLooksIn,
  putLook,
  readLookEvidence,
  readTarget,
} from '../surveys/survey-looks.ts';
import {
  addTargets,
  closeHead,
  closeSurvey,
  forgetNames,
  openSurveys,
  progressIn,
  readHead,
  surveyNames,
  writeEnd,
  writeSurvey,
} from '../surveys/surveys.ts';
import { byHome, firstOf, fromEach, type Shards } from './shards.ts';

/** Shard 0 holds the survey; the home shard of a target holds its look. */
export const surveyStoreOf = (shards: Shards): SurveyStore => ({
  createSurvey: (survey, targets, audit) => createSurvey(shards, survey, targets, audit),
  readSurvey: (survey) => readSurvey(shards, survey),
  surveys: () => surveys(shards),
  openSurveys: () => openSurveys(shards.head),
  // Writes the end first, then closes the shards. Until all are closed the survey is listed as
  // open, so the leader completes an end that broke off.
  endSurvey: async (survey, end, audit) => {
    if (!(await writeEnd(shards.head, survey, end, audit))) return null;
    await fromEach(shards, (shard) => closeSurvey(shard, survey));
    await closeHead(shards.head, survey);
    return readSurvey(shards, survey);
  },
  askLooks: async (survey, atMost) =>
    (await fromEach(shards, (shard) => askLooks(shard, survey, atMost))).flat(),
  askedLooks: async (survey) => (await fromEach(shards, (shard) => askedLooks(shard, survey))).flat(),
  readAskedLook: (key) => readAskedLook(shards, key),
  putLook: async (key, look, evidence) => {
    const shard = shards.all[key.shard];
    return shard !== undefined && putLook(shard, key, look, evidence);
  },
  surveyLooks: (survey, cursor, limit) => surveyLooks(shards, survey, cursor, limit),
  lastLooks: (clients) => lastLooks(shards, clients),
  lookEvidence: (sha256) => firstOf(shards, (shard) => readLookEvidence(shard, sha256)),
});

const pieceSize = 1_000;

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
  for await (const piece of groupsOf(targets, pieceSize)) {
    await addAtHome(shards, asked, piece);
    total += piece.length;
  }
  if (total === 0) return null;
  const survey = { ...asked, total };
  await writeSurvey(shards.head, survey, audit(total));
  return { survey, end: null, waiting: total, asked: 0, counters: {} };
}

/**
 * A machine outside the fleet goes to the shard of its name; a client without a home to shard 0.
 */
async function addAtHome(
  { all, directory, head }: Shards,
  survey: Omit<Survey, 'total'>,
  targets: readonly SurveyTarget[],
): Promise<void> {
  if (targets.length === 0) return;
  const found = await directory.shardsOf(targets.map(({ name }) => name));
  const homeOf = ({ name, adHoc }: SurveyTarget, at: number): Shard =>
    (adHoc === null ? found[at] : all[shardOfServer(name, all.length)]) ?? head;
  const parts = Map.groupBy(
    targets.map((target, at) => ({ target, shard: homeOf(target, at) })),
    (each) => each.shard,
  );
  for (const [shard, part] of parts)
    await addTargets(
      shard,
      survey,
      part.map(({ target }) => target),
    );
}

async function readSurvey(shards: Shards, name: string): Promise<SurveyProgress | null> {
  const head = await readHead(shards.head, name);
  if (head === null) return null;
  const parts = await fromEach(shards, (shard) => progressIn(shard, name));
  return {
    ...head,
    waiting: parts.reduce((sum, { waiting }) => sum + waiting, 0),
    asked: parts.reduce((sum, { asked }) => sum + asked, 0),
    counters: sumOf(parts.map(({ counts }) => counts)),
  };
}

async function surveys(shards: Shards): Promise<readonly SurveyProgress[]> {
  const names = await surveyNames(shards.head);
  const found = await Promise.all(names.map((name) => readSurvey(shards, name)));
  await forgetNames(
    shards.head,
    names.filter((_, at) => found[at] === null),
  );
  return found.filter((survey) => survey !== null);
}

async function readAskedLook(
  { all, head }: Shards,
  { survey, name, shard: number }: LookKey,
): Promise<AskedLook | null> {
  const shard = all[number];
  const target = shard === undefined ? null : await readTarget(shard, survey, name);
  if (target === null) return null;
  const [asked, client] = await Promise.all([readHead(head, survey), target.adHoc ?? readClient(head, name)]);
  return asked === null ? null : { survey: asked.survey, client, campaign: target.campaign };
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

async function lastLooks(shards: Shards, clients: readonly string[]): Promise<readonly (LastLook | null)[]> {
  const parts = await byHome(shards, clients, (client) => client);
  const found = await Promise.all(parts.map(([shard, own]) => lastLooksIn(shard, own)));
  const looks = new Map(found.flatMap((each) => [...each]));
  return clients.map((client) => looks.get(client) ?? null);
}
