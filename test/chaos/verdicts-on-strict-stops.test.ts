import { describe, expect, test } from 'vitest';
import { abortFaults, haltFaults, haltSpans } from '../lab/chaos/verdict/strict-stops.ts';
import { begins, entry, whats } from './given-history.ts';

/** The verdict on rules that abort or halt: only a bad history has faults. */

const says = '2 of 2 clients failed within 10 d, limit 20 %';

describe('the verdict on an abort by a rule', () => {
  const abort = entry(10, { campaign: 'doomed', to: 'aborted', because: says });
  const faults = (entries: readonly ReturnType<typeof entry>[], second: number): string =>
    whats(
      abortFaults({ campaign: 'doomed', entries, stories: new Map([['pc-1', [begins(second, 'pc-1')]]]) }),
    ).join('; ');

  test('finds none in a good history', () => {
    const finished = entry(12, { campaign: 'doomed', from: 'aborted', to: 'aborted' });
    expect(faults([abort, finished], 10.5)).toBe('');
  });
  test('finds an abort that never came, one of another cause, and one too many', () => {
    expect(faults([], 1)).toContain('0 aborts');
    expect(faults([{ ...abort, because: 'kim asked' }], 1)).toContain('has not aborted it once');
    expect(faults([abort, abort], 1)).toContain('2 aborts');
  });
  test('finds a client that began after the abort', () => {
    expect(faults([abort], 12)).toBe('began after doomed was aborted');
  });
});

describe('the verdict on a halt by a rule', () => {
  const halt = (second: number) =>
    entry(second, { campaign: '', from: 'going', to: 'halted', because: `campaign alarm: ${says}` });
  const over = (second: number) => entry(second, { campaign: '', from: 'halted', to: 'going' });
  const stop = (second: number) => entry(second, { campaign: 'alarm', to: 'paused', because: says });

  test('finds none where each pause has its halt', () => {
    expect(haltFaults('alarm', [halt(1), stop(2), over(5), halt(8), stop(9), over(12)])).toEqual([]);
  });
  test('finds a rule that never stopped, and a pause without a halt of its own', () => {
    expect(whats(haltFaults('alarm', []))).toEqual(['alarm: its rule has never stopped it']);
    expect(whats(haltFaults('alarm', [halt(1), stop(2), over(5), stop(9)]))).toEqual([
      `alarm: paused without a halt: ${says}`,
    ]);
    expect(whats(haltFaults('alarm', [stop(2), halt(3)]))).toHaveLength(1);
  });
  test('nothing may begin from one second after a halt until it is over', () => {
    expect(haltSpans([halt(1), over(5), halt(8), over(8.5), halt(20)])).toEqual([
      { from: 2_000, to: 5_000 },
      { from: 21_000, to: Infinity },
    ]);
  });
});
