import type { ProductRules, ReleaseFiles } from '../shared/domain/rules/policy.ts';
import type { Survey } from '../shared/domain/survey/survey.ts';
import { type Profile, profileOf, rulesOf } from '../shared/products/profile.ts';
import type { Store } from '../shared/store/store.ts';

/** What is looked for: the rules and the profile of the product, and the files of a release, as far as there is one. */
export interface SurveyScope {
  readonly product: ProductRules;
  readonly profile: Profile;
  readonly files: ReleaseFiles;
}

const known = new WeakMap<Store, Map<string, Promise<SurveyScope | string>>>();
/** Surveys that are under way at once are few. */
const knownAtMost = 20;

/**
 * What the looks of a survey look for: read once per survey and process. A sentence when profile or release are not there, which whoever
 * asked has made sure of.
 */
export function surveyScope(store: Store, survey: Survey): Promise<SurveyScope | string> {
  const surveys = known.get(store) ?? new Map<string, Promise<SurveyScope | string>>();
  known.set(store, surveys);
  const read = surveys.get(survey.survey);
  if (read !== undefined) return read;
  const [oldest] = surveys.size < knownAtMost ? [] : surveys.keys();
  if (oldest !== undefined) surveys.delete(oldest);
  const reading = readScope(store, survey);
  surveys.set(survey.survey, reading);
  // A failed reading is not kept: the next look tries again.
  reading.catch(() => surveys.delete(survey.survey));
  return reading;
}

async function readScope(store: Store, survey: Survey): Promise<SurveyScope | string> {
  const { release: name } = survey;
  const profile = profileOf({ ...survey, release: name ?? survey.survey });
  if (!profile.ok) return profile.error.message;
  const release = name === null ? null : await store.readRelease(name);
  if (name !== null && release === null) return `release ${name} is not there any more`;
  const files = Object.fromEntries((release?.files ?? []).map((file) => [file.name, file.sha256]));
  return { profile: profile.value, product: rulesOf(profile.value), files };
}
