/**
 * One version of a campaign's definition, as people see the history of the campaign: its file, and
 * who made it, when and why. Edition 0 is that of the creation.
 */
export interface CampaignEdition {
  readonly edition: number;
  readonly at: number;
  readonly by: string;
  /** Who wrote the file of an occurrence: the author of its schedule. Left out = `by` did. */
  readonly author?: string;
  readonly because: string;
  /** SHA-256 of the file that it replaced; left out in edition 0. */
  readonly before?: string;
  /** What changed against the edition before, a sentence each. */
  readonly changes: readonly string[];
  /** The name of the campaign file for its faults, and its text: at most 512 KiB. */
  readonly file: string;
  readonly text: string;
  /** The calendar files that it names, by their names in it; left out = none. */
  readonly calendars?: Readonly<Record<string, string>>;
}

/** The section of the file with which a change begins; null = it is about a number of clients. */
export const sectionOf = (change: string): string | null => /^(\w+): /.exec(change)?.[1] ?? null;

/** An edition without its files, which may be large. */
export type EditionHead = Omit<CampaignEdition, 'text' | 'calendars'>;

export function editionHead({ text: _text, calendars: _calendars, ...head }: CampaignEdition): EditionHead {
  return head;
}

/**
 * The number of the edition that a campaign has now. Earlier versions of servpack also gave a
 * number to an answer about a step, which has no edition: the newest one that is kept counts.
 */
export const presentEdition = (
  { edition = 0 }: { readonly edition?: number },
  editions: readonly Pick<CampaignEdition, 'edition'>[],
): number => editions.at(-1)?.edition ?? edition;

/**
 * SHA-256 of the file that a campaign had at a time.
 * @param hash of its present file
 */
export const fileHashAt = (editions: readonly EditionHead[], hash: string, at: number): string =>
  editions.find((each) => each.before !== undefined && each.at > at)?.before ?? hash;

/** `from` and `to` of the audit entry with which a definition changes. */
export const editionStep = (edition: number): string => `edition ${edition}`;

/**
 * Whether an entry of the audit is the edit itself. What an edit leaves to do, such as clients that
 * change their wave, is recorded under the edition that it made.
 */
export const isEdit = ({ from, to }: { readonly from: string; readonly to: string }): boolean =>
  from !== to && editionIn(to) !== null;

/** The number in a step of the audit that `editionStep` made; null = it is another step. */
export function editionIn(step: string): number | null {
  const [, number] = /^edition (\d+)$/u.exec(step) ?? [];
  return number === undefined ? null : Number(number);
}
