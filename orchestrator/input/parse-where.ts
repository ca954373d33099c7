import type { Condition } from '../../shared/domain/campaign/definition.ts';
import { err, ok, type Result } from '../../shared/errors.ts';
import type { TextFault } from '../../shared/input/fields.ts';
import { show } from '../../shared/input/input-fault.ts';

/** A condition, and where its words stand in the text: positions count from 0. */
export interface PlacedCondition {
  readonly condition: Condition;
  readonly keyAt: number;
  /** In the order of the condition's values. */
  readonly valuesAt: readonly number[];
}

const aKey = 'a label or a column of the fleet';
const aValue = 'a value';

/**
 * Reads the conditions of a `where`, in the syntax of a label selector of Kubernetes: `a`, `!a`,
 * `a = b`, `a == b`, `a != b`, `a in (b, c)` and `a notin (b, c)`, separated by commas. The words
 * `in` and `notin` may stand in any case. The first fault ends the reading.
 */
export function parseWhere(text: string): Result<readonly PlacedCondition[], TextFault> {
  const reader = new Reader(text);
  const conditions: PlacedCondition[] = [];
  do conditions.push(conditionAt(reader));
  while (reader.takeSign(','));
  if (!reader.isAtEnd()) reader.blame('a comma or the end');
  return reader.fault === null ? ok(conditions) : err(reader.fault);
}

function conditionAt(reader: Reader): PlacedCondition {
  const isMissing = reader.takeSign('!');
  const { word: key, at: keyAt } = reader.takeKey(aKey);
  if (isMissing) return { condition: { key, is: 'missing' }, keyAt, valuesAt: [] };
  const operator = operatorAt(reader);
  if (operator === null) return { condition: { key, is: 'there' }, keyAt, valuesAt: [] };
  const found = operator.many ? valuesAt(reader) : [reader.takeValue(aValue)];
  const values = found.map(({ word }) => word);
  return { condition: { key, is: operator.is, values }, keyAt, valuesAt: found.map(({ at }) => at) };
}

/** The operator behind a key; null where the key stands alone. */
function operatorAt(reader: Reader): { readonly is: 'in' | 'notIn'; readonly many: boolean } | null {
  if (reader.takeSign('!=')) return { is: 'notIn', many: false };
  if (reader.takeSign('==') || reader.takeSign('=')) return { is: 'in', many: false };
  if (reader.takeName('in')) return { is: 'in', many: true };
  if (reader.takeName('notin')) return { is: 'notIn', many: true };
  if (!reader.isAt(',') && !reader.isAtEnd()) reader.blame('one of = == != in notin, a comma or the end');
  return null;
}

function valuesAt(reader: Reader): readonly Word[] {
  if (!reader.takeSign('(')) reader.blame('values in brackets, such as (a, b)');
  const values: Word[] = [];
  do values.push(reader.takeValue(aValue));
  while (reader.takeSign(','));
  if (!reader.takeSign(')')) reader.blame('a comma or )');
  return values;
}

interface Word {
  readonly word: string;
  readonly at: number;
}

/**
 * Reads a text from left to right. White space before each sign and word does not count. After the
 * first fault nothing more is taken, so that every loop over the text ends.
 */
class Reader {
  fault: TextFault | null = null;
  readonly #text: string;
  /** A key is a label up to its `=`, or a column. */
  readonly #key = /[\p{L}\p{N}][\p{L}\p{N}._:/@+-]*/uy;
  /** A value holds whatever a label, a host or another column may hold. */
  readonly #value = /[\p{L}\p{N}._:/@+%\\-][\p{L}\p{N}._:/@+%\\=-]*/uy;
  readonly #blanks = /\s*/y;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#take(0);
  }

  isAt(sign: string): boolean {
    return this.fault === null && this.#text.startsWith(sign, this.#at);
  }

  isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  takeSign(sign: string): boolean {
    const isThere = this.isAt(sign);
    if (isThere) this.#take(sign.length);
    return isThere;
  }

  /** Takes a word of the language, in any case. */
  takeName(name: string): boolean {
    const isThere = this.#textAt(this.#key).toLowerCase() === name;
    if (isThere) this.#take(name.length);
    return isThere;
  }

  takeKey(expected: string): Word {
    return this.#takeWord(this.#key, expected);
  }

  takeValue(expected: string): Word {
    return this.#takeWord(this.#value, expected);
  }

  /** Notes what is wrong at this place. */
  blame(expected: string): void {
    const code = this.#text.codePointAt(this.#at);
    const wrong =
      code === undefined
        ? 'ends too early'
        : `has ${show(String.fromCodePoint(code))} as character ${this.#at + 1}`;
    this.fault ??= { at: this.#at, wrong, expected };
  }

  #takeWord(form: RegExp, expected: string): Word {
    const found = { word: this.#textAt(form), at: this.#at };
    if (found.word === '') this.blame(expected);
    this.#take(found.word.length);
    return found;
  }

  #textAt(form: RegExp): string {
    form.lastIndex = this.#at;
    return this.fault === null ? (form.exec(this.#text)?.[0] ?? '') : '';
  }

  #take(length: number): void {
    this.#at += length;
    this.#at += this.#textAt(this.#blanks).length;
  }
}
