/**
 * What a person is asked before something is changed: the command line and the page show the same
 * lines and want the same answer.
 */
export interface Question {
  /** What will happen, line by line. */
  readonly lines: readonly string[];
  /** What the person has to type. Commas, case, and spaces around it do not matter. */
  readonly answer: string;
  /** The action, for the question: `start`. */
  readonly verb: string;
  /** Another way to go, shown when the answer is wrong. */
  readonly alternative?: string;
}

/** Whether a person has typed the answer. */
export const isAnswer = (typed: string, { answer }: Pick<Question, 'answer'>): boolean =>
  plain(typed) === plain(answer);

const plain = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replaceAll(/(?<=\d),(?=\d)/g, '');
