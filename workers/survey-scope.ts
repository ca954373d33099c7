import type { ProductRules, ReleaseFiles } from '../shared/domain/rules/policy.ts';
import type { Survey } from '../shared/domain/survey/survey.ts';
import { type Profile, profileOf, rulesOf } from '../shared/products/profile.ts';
import type { ReleaseStore } from '../shared/store/release-store.ts';

/**
 * What a survey looks for: the rules and the profile of its product, and the files of its release,
 * if it has one.
 */
export interface SurveyScope {
  readonly product: ProductRules;
  readonly profile: Profile;
  readonly files: ReleaseFiles;
  /** That of the release; null = not known, or no release. */
  readonly servicePack: number | null;
}

/** The scopes of surveys, each read once. */
export interface SurveyScopes {
  /**
   * The scope, or a sentence when profile or release do not exist any more. Throws while Redis is
   * unavailable.
   */
  of(survey: Survey): Promise<SurveyScope | string>;
}

/** Few surveys run at once. */
const keptAtMost = 20;

/**
 * A survey never changes, so its scope is read once per process. The oldest is forgotten for a new
 * one.
 */
export function openSurveyScopes(store: Pick<ReleaseStore, 'readRelease'>): SurveyScopes {
  const kept = new Map<string, Promise<SurveyScope | string>>();
  return {
    of: (survey) => {
      const known = kept.get(survey.survey);
      if (known !== undefined) return known;
      const [oldest] = kept.size < keptAtMost ? [] : kept.keys();
      if (oldest !== undefined) kept.delete(oldest);
      const reading = readScope(store, survey);
      kept.set(survey.survey, reading);
      // A failed reading is not kept: the next look reads again.
      reading.catch(() => kept.delete(survey.survey));
      return reading;
    },
  };
}

async function readScope(
  store: Pick<ReleaseStore, 'readRelease'>,
  survey: Survey,
): Promise<SurveyScope | string> {
  const { release: name } = survey;
  const profile = profileOf({ ...survey, release: name ?? survey.survey });
  if (!profile.ok) return profile.error.message;
  const release = name === null ? null : await store.readRelease(name);
  if (name !== null && release === null) return `release ${name} is not there any more`;
  const files = Object.fromEntries((release?.files ?? []).map((file) => [file.name, file.sha256]));
  return {
    profile: profile.value,
    product: rulesOf(profile.value),
    files,
    servicePack: release?.servicePack ?? null,
  };
}
