import type { ForecastQuestion } from './question.ts';

/** Something that can hold up what is left of a campaign, and the campaign without it. */
export interface LimitLeft {
  /** Names the limit, whatever its value is. */
  readonly key: string;
  /** What it is, with its value; what a person does against it where `isDone`. */
  readonly limit: string;
  readonly isDone?: true;
  /** The kind of a wider limit, of which this one is a part: the first word of its key. */
  readonly within?: string;
  /** The campaign file sets the limit. */
  readonly isPolicy?: true;
  /** The same question without the limit; it can be asked of a question without another limit. */
  readonly ease: (question: ForecastQuestion) => ForecastQuestion;
}
