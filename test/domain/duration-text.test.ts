import { describe, expect, test } from 'vitest';
import { fromNow, spanInWords } from '../../orchestrator/views/duration-text.ts';
import { evening, hours, minutes } from './given.ts';

describe('a duration in words', () => {
  test.each([
    [0, '0 s'],
    [59_499, '59 s'],
    [minutes(1), '1 min'],
    [minutes(59) + 59_999, '59 min'],
    [hours(3), '3 h'],
    [hours(3) + minutes(10), '3 h 10 min'],
    [hours(47), '47 h'],
    [hours(76), '3 days 4 h'],
  ])('says %d ms as %s', (ms, words) => {
    expect(spanInWords(ms)).toBe(words);
  });

  test.each([
    [evening + minutes(25), 'in 25 min'],
    [evening + 999, 'now'],
    [evening - hours(3), '3 h ago'],
  ])('says a time as seen from now', (at, words) => {
    expect(fromNow(at, evening)).toBe(words);
  });
});
