import { expect, test } from 'vitest';
import { expectLinear } from '../environment/growth.ts';

const lettersOf = (size: number): string => 'a'.repeat(size);

test('the growth check finds work that grows with the square of its input, and lets linear work pass', () => {
  expect(() => expectLinear(40_000, lettersOf, (text) => /a+$/.test(`${text}b`))).toThrow(
    /for an eighth of it/,
  );
  expectLinear(4_000_000, lettersOf, (text) => /b/.test(text));
});
