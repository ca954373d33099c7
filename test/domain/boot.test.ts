import { expect, test } from 'vitest';
import { isSameBoot, startInSteps } from '../../shared/domain/observation/boot.ts';
import { countSightings } from '../../shared/domain/remediation/persistence.ts';
import { activated, admitted, after, evening, look, minutes, rules } from './given.ts';

/**
 * Two sources tell one start of Windows at slightly different times, and WMI's time moves with the
 * clock: windows_exporter issues 74 and 2336.
 */
test.each([
  ['one start, told twice', '2026-11-25T04:00:00.000Z', '2026-11-25T04:00:00.000Z', true],
  ['one start, told by two sources', '2026-11-25T03:59:58.000Z', '2026-11-25T04:00:00.000Z', true],
  ['one start, in the form of an earlier servpack', '2026-11-25T04:00:04Z', '2026-11-25T04:00:05.000Z', true],
  ['two starts', '2026-11-25T04:00:00.000Z', '2026-11-25T04:00:20.000Z', false],
  ['two starts, the later one first', '2026-11-25T04:00:20.000Z', '2026-11-25T04:00:00.000Z', false],
  [
    'one start, before and after a correction of the clock',
    '2026-11-25T04:00:00.000Z/2026-11-25T04:00:00.000Z',
    '2026-11-25T09:00:00.000Z/2026-11-25T04:00:20.000Z',
    true,
  ],
  [
    'two starts, with a correction of the clock between them',
    '2026-11-25T04:00:00.000Z/2026-11-25T04:00:00.000Z',
    '2026-11-25T03:00:00.000Z/2026-11-25T05:00:00.000Z',
    false,
  ],
  [
    'one start, told by WMI and then by the event log',
    '2026-11-25T04:00:00.000Z/2026-11-25T03:10:00.000Z',
    '2026-11-25T04:00:02.000Z',
    true,
  ],
  ['identities that are no times', 'pc-1-17', 'pc-1-18', false],
  ['an identity and a time', 'pc-1-17', '2026-11-25T04:00:00.000Z', false],
  ['identities with a stroke', 'pc/1', 'pc/2', false],
  ['numbers, which could be taken for years', '2026', '2027', false],
])('%s', (_, one, other, isSame) => {
  expect(isSameBoot(one, other)).toBe(isSame);
  expect(isSameBoot(other, one)).toBe(isSame);
});

test('a start that is measured up to a second apart is the same boot, wherever a step begins', () => {
  const idAt = (at: number): string => new Date(startInSteps(at)).toISOString();
  const from = Date.UTC(2026, 10, 25, 4);
  for (let at = from; at < from + 20_000; at += 100) {
    expect(isSameBoot(idAt(at), idAt(at + 1_000))).toBe(true);
    expect(isSameBoot(idAt(at), idAt(at + 6_000))).toBe(false);
  }
});

test('a blocker has survived no restart when only the measured time of the start has moved', () => {
  const policy = { looks: 9, restarts: 2, afterMs: 1e9, minGapMs: 0 };
  const blocker = { kind: 'heldFile', file: 'a.dll' } as const;
  const name = Object.keys(countSightings(() => policy, {}, [blocker], { at: 1, bootId: 'x' }))[0] ?? '';
  const restartsAfter = (...times: readonly string[]): number | undefined => {
    let sightings = {};
    for (const bootId of times)
      sightings = countSightings(() => policy, sightings, [blocker], { at: 1, bootId });
    return (sightings as Record<string, { restarts: number }>)[name]?.restarts;
  };
  expect(restartsAfter('2026-11-25T04:00:00.000Z', '2026-11-25T04:00:02.000Z')).toBe(0);
  expect(restartsAfter('2026-11-25T04:00:00.000Z', '2026-11-25T04:01:00.000Z')).toBe(1);
});

test('a restart that never was is not proved by a start whose time is read a second later', () => {
  const inBoot = (bootId: string) => look({ setupPhase: 'upgrade', bootId });
  const [first, later, next] = ['04:00:00', '04:00:02', '20:03:00'].map((at) => `2026-11-16T${at}.000Z`);
  const marked = after(rules, admitted, [
    [evening, look({ bootId: first ?? '' })],
    [evening, { type: 'ClientMarked' }],
  ]);
  const seen = after(rules, marked, [[evening + minutes(1), inBoot(later ?? '')]]);
  expect(seen.state).toMatchObject({ phase: 'ordering', cause: 'mark' });
  const told = after(rules, seen, [[evening + minutes(1), { type: 'RestartOrdered' }]]);
  const looking = after(rules, told, [[evening + minutes(6), activated]]);
  const still = after(rules, looking, [[evening + minutes(6), inBoot(first ?? '')]]);
  expect(still).toMatchObject({ state: { phase: 'restarting' }, memory: { open: { restart: {} } } });
  const back = after(rules, looking, [[evening + minutes(6), inBoot(next ?? '')]]);
  expect(back.memory.open.restart).toBeNull();
});
