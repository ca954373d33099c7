import { describe, expect, test } from 'vitest';
import { foldSteps, type Step } from '../../orchestrator/web/app/fold-steps.ts';

const step = (at: string, to: string, because: string): Step => ({
  at,
  campaign: 'sp4',
  client: 'pc-1',
  who: 'worker 1',
  from: '',
  to,
  because,
  evidence: null,
});

const waits = (count: number): readonly Step[] =>
  Array.from({ length: count }, (_, at) => [
    step(`${count - at} b`, 'deferred', 'waits for a logon'),
    step(`${count - at} a`, 'looking', 'deferral over'),
  ]).flat();

describe('the steps of a client', () => {
  test('that repeat are shown once, with their number and the time of the first', () => {
    const end = step('9', 'settled', 'proved');
    const begin = step('0', 'looking', 'admitted');
    const folded = foldSteps([end, ...waits(5), begin]);
    expect(folded.map(({ steps, times, since }) => [steps.length, times, since])).toEqual([
      [1, 1, null],
      [2, 5, '1 a'],
      [1, 1, null],
    ]);
  });

  test('that come only twice, or that differ, stay as they are', () => {
    const steps = [...waits(2), step('0', 'looking', 'admitted')];
    expect(foldSteps(steps).flatMap((each) => each.steps)).toEqual(steps);
    expect(foldSteps([])).toEqual([]);
  });
});
