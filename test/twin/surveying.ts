import { countersOfLook } from '../../shared/domain/survey/last-look.ts';
import type { SurveyProgress } from '../../shared/domain/survey/survey.ts';
import type { AskedLook, BegunLook, LookKey, SurveyStore } from '../../shared/store/survey-store.ts';
import { addAudit } from './sealing.ts';
import { compare, count, type SurveyTable, type Tables } from './tables.ts';

/** @param now real time in milliseconds */
export const surveyingOf = (tables: Tables, now: () => number): SurveyStore => ({
  createSurvey: async (asked, targets, audit) => {
    const waiting = await Array.fromAsync(targets);
    if (waiting.length === 0) return null;
    const survey = { ...asked, total: waiting.length };
    const table: SurveyTable = {
      survey,
      end: null,
      waiting,
      asked: new Map(),
      counters: new Map(),
      found: [],
    };
    tables.surveys.set(survey.survey, table);
    addAudit(tables, audit(survey.total), null);
    return progressOf(table);
  },
  readSurvey: async (survey) => progressIn(tables, survey),
  surveys: async () =>
    [...tables.surveys.values()]
      .sort((a, b) => b.survey.at - a.survey.at || compare(b.survey.survey, a.survey.survey))
      .map(progressOf),
  openSurveys: async () =>
    [...tables.surveys.values()].filter(({ end }) => end === null).map(({ survey }) => survey.survey),
  askLooks: async (survey, atMost, againMs) => {
    const table = tables.surveys.get(survey);
    return table === undefined ? [] : askLooks(table, atMost, againMs, now());
  },
  beginLook: async (key) => beginLook(tables, key),
  putLook: async (key, look, evidence) => {
    const table = tables.surveys.get(key.survey);
    const asked = table?.asked.get(key.name);
    if (table === undefined || asked === undefined) return false;
    table.asked.delete(key.name);
    const isInFleet = asked.target.adHoc === null;
    if (isInFleet) tables.looks.set(key.name, look);
    table.found.push({ name: key.name, look: isInFleet ? null : look });
    count(table.counters, countersOfLook(look));
    if (evidence !== null) tables.lookEvidence.set(evidence.sha256, evidence.text);
    return true;
  },
  endSurvey: async (survey, end, audit) => {
    const table = tables.surveys.get(survey);
    if (table === undefined) return null;
    if (table.end === null) addAudit(tables, audit, null);
    table.end ??= end;
    table.waiting = [];
    table.asked.clear();
    return progressOf(table);
  },
  surveyLooks: async (survey, cursor, limit) => {
    const from = Number(cursor) || 0;
    const page = tables.surveys.get(survey)?.found.slice(from, from + limit) ?? [];
    const looks = page.flatMap(({ name, look }) => {
      const shown = look ?? tables.looks.get(name);
      return shown === undefined ? [] : [{ name, isInFleet: look === null, look: shown }];
    });
    return { looks, cursor: String(from + page.length) };
  },
  lastLooks: async (clients) => clients.map((client) => tables.looks.get(client) ?? null),
  lookEvidence: async (sha256) => tables.lookEvidence.get(sha256) ?? null,
});

const progressOf = ({ survey, end, waiting, asked, counters }: SurveyTable): SurveyProgress => ({
  survey,
  end,
  waiting: waiting.length,
  asked: asked.size,
  counters: Object.fromEntries(counters),
});

function progressIn(tables: Tables, survey: string): SurveyProgress | null {
  const table = tables.surveys.get(survey);
  return table === undefined ? null : progressOf(table);
}

function askLooks(
  { survey: { survey }, waiting, asked }: SurveyTable,
  atMost: number,
  againMs: number,
  now: number,
): readonly AskedLook[] {
  const keyOf = (name: string): LookKey => ({ survey, name, shard: 0 });
  const late = [...asked].filter(([, { since }]) => now - since >= againMs);
  for (const [, entry] of late) entry.since = now;
  const fresh = waiting.splice(0, Math.max(0, atMost - asked.size));
  for (const target of fresh) asked.set(target.name, { target, since: now, tries: 0 });
  return [
    ...late.map(([name]) => ({ key: keyOf(name), again: true })),
    ...fresh.map(({ name }) => ({ key: keyOf(name), again: false })),
  ];
}

function beginLook(tables: Tables, { survey, name }: LookKey): BegunLook | null {
  const table = tables.surveys.get(survey);
  const asked = table?.asked.get(name);
  if (table === undefined || asked === undefined) return null;
  const client = asked.target.adHoc ?? tables.fleet.get(name) ?? null;
  asked.tries += 1;
  return { survey: table.survey, client, tries: asked.tries, campaign: tables.claims.get(name) ?? null };
}
