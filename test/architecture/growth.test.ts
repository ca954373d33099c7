import { expect, test } from 'vitest';
import { expectLinear } from '../environment/growth.ts';

const lettersOf = (size: number): string => 'a'.repeat(size);

test('work that grows with the square of its input is found, and work that grows with it is not', () => {
  expect(() => expectLinear(40_000, lettersOf, (text) => /a+$/.test(`${text}b`))).toThrow(
    /for an eighth of it/,
  );
  expectLinear(4_000_000, lettersOf, (text) => /b/.test(text));
});
