import { describe, expect, test } from 'vitest';
import type { Observation, Service } from '../../shared/domain/observation/observation.ts';
import type { Rules } from '../../shared/domain/rules/policy.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import {
  activated,
  admitted,
  after,
  blockedByPcm,
  evening,
  look,
  minutes,
  pcmService,
  phases,
  preImage,
  rules,
  type Timed,
  upToDate,
  withPolicy,
} from './given.ts';
import { ends, forward, story } from './given-request.ts';

const { relocatable } = rules.product;
const settleMs = 30_000;
const given: Rules = {
  ...withPolicy({ structural: 'atOnce', ladder: ['wait', 'relocation'] }),
  product: {
    ...rules.product,
    relocatable: Object.fromEntries(
      Object.entries(relocatable).map(([name, each]) => [name, { ...each, settleMs }]),
    ),
  },
};
const moved = story(admitted, [look(blockedByPcm), ...forward], given);
const at = evening + minutes(60);
const proved = (service: Partial<Service>, more: Partial<Observation> = {}) =>
  look({
    bootId: 'boot-2',
    ...upToDate,
    services: [{ ...pcmService, imagePath: preImage.to, ...service }],
    ...more,
  });
const later = (ms: number, service: Partial<Service>, more: Partial<Observation> = {}): readonly Timed[] => [
  [at + ms, activated],
  [at + ms, proved(service, more)],
];
const since = (...events: readonly Timed[]): Upgrade => after(given, moved, events);
const gone = { state: 'stopped', pid: null } as const;
const back = 'remedying relocation back pointBack';

describe('a relocated service, when the release is proved', () => {
  test('must run as the same process after the settle time', () => {
    expect(phases(since([at, proved({})]))).toBe('deferred service');
    expect(phases(since([at, proved({})], ...later(settleMs - 1, {})))).toBe('deferred service');
    expect(phases(since([at, proved({})], ...later(settleMs, {})))).toBe('settled upgraded');
  });

  test('has the settle time again in another boot, and as another process', () => {
    expect(phases(since([at, proved({})], ...later(settleMs, {}, { bootId: 'boot-3' })))).toBe(
      'deferred service',
    );
    expect(phases(since([at, proved({})], ...later(settleMs, { pid: 92 })))).toBe('deferred service');
    expect(
      phases(since([at, proved({})], ...later(settleMs, { pid: 92 }), ...later(2 * settleMs, { pid: 92 }))),
    ).toBe('settled upgraded');
  });

  test('is moved back where it does not run, and where it ends again and again', () => {
    expect(phases(since([at, proved(gone)], ...later(settleMs, gone)))).toBe(back);
    const pids = [92, 96, 100].flatMap((pid, n) => later((n + 1) * settleMs, { pid }));
    expect(phases(since([at, proved({})], ...pids))).toBe(back);
  });

  test('may take longer where its start is delayed or under way', () => {
    const delayed = { ...gone, startType: 'delayed' } as const;
    expect(phases(since([at, proved(delayed)], ...later(minutes(2), delayed)))).toBe('deferred service');
    expect(phases(since([at, proved(delayed)], ...later(minutes(3), delayed)))).toBe(back);
    expect(
      phases(since([at, proved({ state: 'startPending' })], ...later(minutes(2), { state: 'startPending' }))),
    ).toBe('deferred service');
  });

  test.each<[string, Partial<Service>]>([
    ['is started by hand', { ...gone, startType: 'manual' }],
    ['is disabled', { ...gone, startType: 'disabled' }],
    ['was moved elsewhere by another person', { ...gone, imagePath: 'D:\\PCM\\PCMSVC32.EXE' }],
  ])('is not waited for where it %s', (_what, service) => {
    expect(phases(since([at, proved(service)]))).toBe('settled upgraded');
  });

  test('does not hold up a person who ends the upgrade', () => {
    expect(phases(since([at, proved({})], [at + 1, ends]))).toBe('settled cancelled');
  });
});
