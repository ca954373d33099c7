import { counted } from '../domain/counted.ts';
import { factsOf } from '../../shared/domain/upgrade/facts.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Health } from '../../shared/domain/observation/health.ts';
import type { LastLook } from '../../shared/domain/survey/last-look.ts';
import type { Survey } from '../../shared/domain/survey/survey.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { withMemory } from '../../shared/domain/upgrade/state.ts';
import type { SurveyTarget } from '../../shared/store/survey-store.ts';
import { changeIdle } from '../campaigns/commit-idle.ts';
import type { OrchestratorContext } from '../context.ts';
import { wantsLook } from '../domain/health-looks.ts';
import { healthInWords } from '../views/health-words.ts';
import { askForLooks } from './ask.ts';
import { surveyAudit } from './audit.ts';
import { evidenceOfAtMost, newName, productOf } from './start.ts';

/** A survey of the upgraded clients of one wave. It changes nothing on any client. */

/** Real time for all its looks. A client that has not answered by then is of unknown health. */
const withinMs = 3_600_000;

/**
 * Begins the survey; null = no client is to be looked at.
 * @throws when the product of the campaign's release cannot be read: then no look is possible
 */
export async function startHealthSurvey(
  context: OrchestratorContext,
  { definition }: Campaign,
  wave: number,
): Promise<Survey | null> {
  const { store, clock } = context;
  const product = await productOf(context, undefined, definition.release);
  if (!product.ok) throw new Error(product.error.message);
  const names = await namesOf(context, definition.campaign, wave);
  const what = `campaign ${definition.campaign}, wave ${definition.waves[wave]?.name ?? ''}: health of upgraded clients`;
  const survey: Omit<Survey, 'total'> = {
    survey: newName(),
    by: 'orchestrator',
    at: clock.now(),
    what,
    ...product.value,
    release: definition.release,
    until: clock.realNow() + withinMs,
    keepsEvidence: names.length <= evidenceOfAtMost,
    asksHealth: true,
  };
  const begun = await store.createSurvey(survey, each(names), (total) =>
    surveyAudit(survey, {
      who: survey.by,
      at: survey.at,
      from: '',
      to: 'looking',
      because: `looks at ${counted(total, 'client')} and changes nothing: ${what}`,
    }),
  );
  if (begun === null) return null;
  await askForLooks(context, begun.survey);
  return begun.survey;
}

async function* each(names: readonly string[]): AsyncGenerator<SurveyTarget> {
  for (const name of names) yield { name, adHoc: null };
}

async function namesOf(
  { store }: OrchestratorContext,
  campaign: string,
  wave: number,
): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { key, upgrade } of store.upgrades(campaign))
    if (wantsLook(upgrade, wave)) names.push(key.client);
  return names;
}

/** A survey that has ended, and the clients of whose wave it has looked at which. */
export interface EndedSurvey {
  readonly campaign: string;
  readonly wave: number;
  readonly survey: string;
  /** Policy time: clients that were finished later were not looked at. */
  readonly begunAt: number;
  /** The campaign has stop rules; left out = it has none. */
  readonly countsFacts?: boolean;
}

/**
 * Writes the health that a survey has found into the records of the clients. Safe to repeat: a
 * client whose record has the answer already is passed over. A client without an answer is of
 * unknown health.
 */
export async function keepHealth(
  context: OrchestratorContext,
  { campaign, wave, survey, begunAt, countsFacts }: EndedSurvey,
): Promise<void> {
  const looks = await looksOf(context, survey);
  for await (const stored of context.store.upgrades(campaign)) {
    const { upgrade, key } = stored;
    const health = newHealth(upgrade, wave, begunAt, looks.get(key.client));
    // A client that a person has just opened again is looked at after its next upgrade.
    if (health === null) continue;
    const looked = withMemory(upgrade, { learned: { health } });
    await changeIdle(context, stored, {
      upgrade: looked,
      ...(countsFacts === true ? { facts: factsOf(upgrade, looked) } : {}),
      because: `looked at again (survey ${survey}): ${healthInWords(health)}`,
      who: 'orchestrator',
    });
  }
}

/** What the survey says of a client; null = it is none that the survey was to look at. */
function newHealth(
  upgrade: Upgrade,
  wave: number,
  begunAt: number,
  look: LastLook | undefined,
): (Health & { readonly at: number }) | null {
  const { state, memory } = upgrade;
  if (!wantsLook(upgrade, wave) || state.phase !== 'settled' || state.at > begunAt) return null;
  // The answer of this survey stands already in the record: the collection was cut off after that.
  if ((memory.learned.health?.at ?? 0) >= begunAt) return null;
  if (look !== undefined)
    return { ...(look.health ?? noAnswer('a worker of an older version looked at it')), at: look.at };
  return { ...noAnswer('the look gave no answer in time'), at: begunAt };
}

const noAnswer = (because: string): Health => ({ kind: 'notKnown', because });

const pieceSize = 1_000;

/** The looks of a survey by client; none where the store has forgotten it. */
async function looksOf(
  { store }: OrchestratorContext,
  survey: string,
): Promise<ReadonlyMap<string, LastLook>> {
  const looks = new Map<string, LastLook>();
  for (let cursor = ''; ;) {
    const page = await store.surveyLooks(survey, cursor, pieceSize);
    // The fleet keeps one look of each client, so a newer one of another survey may stand there.
    for (const { name, look } of page.looks) if (look.survey === survey) looks.set(name, look);
    if (page.looks.length === 0 && page.cursor === cursor) return looks;
    cursor = page.cursor;
  }
}
