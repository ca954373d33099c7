import { describe, expect, test } from 'vitest';
import { readOptions } from '../lab/chaos/options.ts';
import { hostileHows, planOf } from '../lab/chaos/plan.ts';

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

  test('has hostile clients of every kind, and a full disk once in fifty strokes', () => {
    const strokes = planOf(readOptions(['--kills', '300', '--clients', '5000', '--seed', '31337'])).map(
      ({ stroke }) => stroke,
    );
    const hows = strokes.flatMap((stroke) => (stroke.kind === 'hostile' ? [stroke.how] : []));
    expect(hows).toHaveLength(50);
    expect(new Set(hows)).toEqual(new Set(hostileHows));
    const disks = strokes.flatMap((stroke) => (stroke.kind === 'fullDisk' ? [stroke.of] : []));
    expect(disks).toEqual(['audit', 'logs', 'redis', 'audit', 'logs', 'redis']);
  });

  test('leaves a Redis alone that is not its own', () => {
    expect(refusalsOf('--kills', '300', '--url', 'redis://127.0.0.1:6379')).toEqual([]);
  });
});
