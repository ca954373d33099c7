import { countersOfLook } from '../../shared/domain/survey/last-look.ts';
import type { SurveyProgress } from '../../shared/domain/survey/survey.ts';
import type { AskedLook, LookKey, SurveyStore } from '../../shared/store/survey-store.ts';
import { addAudit } from './audit.ts';
import { compare, count, type SurveyTable, type Tables } from './tables.ts';

export const surveyStoreOf = (tables: Tables): SurveyStore => ({
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
  askLooks: async (survey, atMost) => {
    const table = tables.surveys.get(survey);
    const taken = table?.waiting.splice(0, Math.max(0, atMost - table.asked.size)) ?? [];
    for (const target of taken) table?.asked.set(target.name, target);
    return taken.map(({ name }) => ({ survey, name, shard: 0 }));
  },
  askedLooks: async (survey) =>
    [...(tables.surveys.get(survey)?.asked.keys() ?? [])].map((name) => ({ survey, name, shard: 0 })),
  readAskedLook: async (key) => readAskedLook(tables, key),
  putLook: async (key, look, evidence) => {
    const table = tables.surveys.get(key.survey);
    const asked = table?.asked.get(key.name);
    if (table === undefined || asked === undefined) return false;
    table.asked.delete(key.name);
    const isInFleet = asked.adHoc === null;
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

function readAskedLook(tables: Tables, { survey, name }: LookKey): AskedLook | null {
  const table = tables.surveys.get(survey);
  const asked = table?.asked.get(name);
  if (table === undefined || asked === undefined) return null;
  const client = asked.adHoc ?? tables.fleet.get(name) ?? null;
  return { survey: table.survey, client, campaign: tables.claims.get(name) ?? null };
}
