import { type EditionHead, sectionOf } from '../../shared/domain/campaign/edition.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { fromNow } from './duration-text.ts';

/** The last change of a campaign's definition. */
export interface EditionNow {
  readonly edition: number;
  readonly by: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** `12 min ago`: a screen shows `at` as a time of its zone, and cannot compute with it. */
  readonly inWords: string;
  readonly because: string;
  /** A sentence for each section that differs from the edition before. */
  readonly changes: readonly string[];
}

/** Left out where the campaign has the definition of its creation. */
export interface Edited {
  readonly edition?: EditionNow | undefined;
}

/** @param now policy time in milliseconds */
export const editionNow = ({ edition, by, at, because, changes }: EditionHead, now: number): EditionNow => ({
  edition,
  by,
  at: isoOf(at),
  inWords: fromNow(at, now),
  because,
  changes,
});

/** `changed by anna 12 min ago (smaller pilot): budgets, waves`; the history has the sentences. */
export const editionWords = ({ by, inWords, because, changes }: EditionNow): string =>
  `changed by ${by} ${inWords} (${because}): ${changes.map((each) => sectionOf(each) ?? each).join(', ')}`;

/** What a person should know of a client whose campaign was changed. */
export const editionRemarks = ({ edition }: Edited): readonly string[] =>
  edition === undefined ? [] : [`its campaign has edition ${edition.edition}, ${editionWords(edition)}`];
