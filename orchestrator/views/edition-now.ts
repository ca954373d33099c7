import type { EditionHead } from '../../shared/domain/campaign/edition.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { fromNow } from './duration-text.ts';

/** The last change of a campaign's definition. */
export interface EditionNow {
  readonly edition: number;
  readonly by: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly because: string;
  /** A sentence for each section that differs from the edition before. */
  readonly changes: readonly string[];
}

/** Left out where the campaign has the definition of its creation. */
export interface Edited {
  readonly edition?: EditionNow | undefined;
}

export const editionNow = ({ edition, by, at, because, changes }: EditionHead): EditionNow => ({
  edition,
  by,
  at: isoOf(at),
  because,
  changes,
});

/**
 * `changed by anna 12 min ago (smaller pilot): budgets, waves`; the history has the sentences.
 * @param now policy time in milliseconds
 */
export const editionWords = ({ by, at, because, changes }: EditionNow, now: number): string =>
  `changed by ${by} ${fromNow(Temporal.Instant.from(at).epochMilliseconds, now)} (${because}): ${changes.map(sectionOf).join(', ')}`;

/** A change begins with the name of its section; a number of clients has none. */
const sectionOf = (change: string): string => /^(\w+): /.exec(change)?.[1] ?? change;

/** What a person should know of a client whose campaign was changed. */
export const editionRemarks = ({ edition }: Edited, now: number): readonly string[] =>
  edition === undefined ? [] : [`its campaign has edition ${edition.edition}, ${editionWords(edition, now)}`];
