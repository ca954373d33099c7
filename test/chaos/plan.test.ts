import { describe, expect, test } from 'vitest';
import { readOptions } from '../lab/chaos/options.ts';
import { planOf } from '../lab/chaos/plan.ts';

const refusalsOf = (...flags: readonly string[]): readonly string[] =>
  planOf(readOptions([...flags, '--clients', '5000', '--seed', '31337'])).flatMap(({ stroke }) =>
    stroke.kind === 'refuseWrites' ? [stroke.how] : [],
  );

describe('the plan of a chaos run', () => {
  test('has a Redis that refuses writes once in fifty strokes, full and as a replica by turns', () => {
    expect(refusalsOf('--kills', '300')).toEqual([
      'memory',
      'replica',
      'memory',
      'replica',
      'memory',
      'replica',
    ]);
    expect(refusalsOf('--kills', '49')).toEqual([]);
  });

  test('leaves a Redis alone that is not its own', () => {
    expect(refusalsOf('--kills', '300', '--url', 'redis://127.0.0.1:6379')).toEqual([]);
  });
});
