import { describe, expect, test } from 'vitest';
import { hookFaults } from '../lab/chaos/verdict/hooks.ts';
import { occurrenceFaults } from '../lab/chaos/verdict/occurrences.ts';
import { limitFaults, slotFaults, workIn } from '../lab/chaos/verdict/server-limits.ts';
import { rulesIn, stopFaults } from '../lab/chaos/verdict/stops.ts';
import type { Entry } from '../lab/operator.ts';
import { begins, entry, record, whats } from './given-history.ts';

/** Each verdict on campaign control: a good history has no fault, and each bad one has its own. */

describe('the verdict on schedules', () => {
  const hour = 3_600;
  const of = (second: number, because: string, from = 'scheduled', to = 'scheduled'): Entry =>
    entry(second, { campaign: '', from, to, because: `schedule s: ${because}` });
  const created = of(60, 'created from the campaign file', '');
  const at = (hours: number): string => new Date(hours * hour * 1_000).toISOString();
  const began = of(hour + 1, `the occurrence of ${at(1)} begins`);
  const done = of(hour + 2, 's-1 was started');
  const campaign: readonly [Entry, Entry] = [
    entry(hour + 1, { campaign: 's-1', from: '', to: 'created' }),
    entry(hour + 2, { campaign: 's-1', from: 'created', to: 'running' }),
  ];
  const paused = of(hour + 60, 'over', 'scheduled', 'paused');
  const faults = (entries: readonly Entry[], missed: 'run' | 'skip' = 'run'): string =>
    whats(
      occurrenceFaults({
        schedule: 's',
        missed,
        everyMs: hour * 1_000,
        lateAfterMs: 600_000,
        graceMs: 0,
        entries,
      }),
    ).join('; ');
  const good = [created, began, ...campaign, done, paused];

  test('finds none in a good history, also of occurrences that were missed', () => {
    expect(faults(good)).toBe('');
    const late = `the occurrence of ${at(3)} begins, late, because no orchestrator ran then; 2 occurrences were before missed`;
    expect(faults([created, of(4 * hour - 1, late), ...campaign, of(4 * hour - 1, 's-1 was started')])).toBe(
      '',
    );
    const missed = `2 occurrences were missed, the last of ${at(2)}: no orchestrator ran then`;
    expect(faults([created, of(3 * hour - 1, missed)], 'skip')).toBe('');
  });
  test.for([
    ['one that began twice', [created, began, ...campaign, done, began, done], 'there are 0'],
    [
      'one that was passed over',
      [created, of(2 * hour + 1, `the occurrence of ${at(2)} begins`), ...campaign, done],
      'there are 2',
    ],
    ['one of which nothing became', [created, began], 'nothing became of it'],
    [
      'one that was never decided',
      [created, of(3 * hour, 'over', 'scheduled', 'paused')],
      'was never decided',
    ],
    [
      'a campaign that was started twice',
      [...good.slice(0, 4), campaign[1], ...good.slice(4)],
      'started 2 times',
    ],
    ['a campaign that is not there', [created, began, done], 'was created 0 times'],
    [
      'one of no time of the rule',
      [created, of(hour, `the occurrence of ${new Date(90_000).toISOString()} begins`), done],
      'is no time of the schedule',
    ],
    [
      'one that was late and says nothing',
      [created, of(hour + 900, `the occurrence of ${at(1)} begins`), ...campaign, done],
      'said to be in time',
    ],
  ] as const)('finds %s', ([, entries, what]) => {
    expect(faults(entries)).toContain(what);
  });
  test('finds an occurrence that was to be skipped and began, and one that was skipped in time', () => {
    const late = of(hour + 900, `the occurrence of ${at(1)} begins, late, because no orchestrator ran then`);
    expect(faults([created, late, ...campaign, done], 'skip')).toContain('was missed, and began');
    const early = of(hour + 1, `1 occurrence was missed, the last of ${at(1)}: x`);
    expect(faults([created, early], 'skip')).toContain('was not late, and was skipped');
    expect(faults([created, early], 'run')).toContain('is to be run');
  });
});

describe('the verdict on stop rules', () => {
  const text = '  - { on: failed, percent: 10 %, minSample: 2, within: 1h, do: pause }';
  const settled = (second: number, client: string): readonly Entry[] => [
    begins(second - 5, client),
    entry(second, { client, version: 2, from: 'looking', to: 'settled' }),
  ];
  const stop = (says: string, second = 40): Entry =>
    entry(second, { from: 'running', to: 'paused', because: says });
  const started = entry(1, { from: 'created', to: 'running' });
  const good = {
    campaign: 'chaos',
    entries: [
      started,
      stop('1 of 2 clients failed within 1 h, limit 10 %'),
      entry(400, { from: 'paused', to: 'ended' }),
    ],
    stories: new Map([
      ['pc-1', settled(30, 'pc-1')],
      ['pc-2', settled(31, 'pc-2')],
    ]),
    records: [record('pc-1', 0, 'failed'), record('pc-2', 0)],
    rules: [{ from: -Infinity, ...rulesIn(text) }],
    speed: 1,
    patienceMs: 60_000,
  };
  test('counts a client when it has ended, not when the hook after it has run', () => {
    const after = entry(50, { client: 'pc-1', version: 3, from: 'settled', to: 'settled' });
    const stories = new Map([...good.stories, ['pc-1', [...settled(30, 'pc-1'), after]]]);
    expect(stopFaults({ ...good, stories })).toEqual([]);
  });
  const says = (because: string) => ({ entries: [started, stop(because), entry(400, { to: 'ended' })] });

  test('finds none in a good history', () => {
    expect(stopFaults(good)).toEqual([]);
  });
  test.for([
    [
      'a stop with too many failures',
      says('2 of 2 clients failed within 1 h, limit 10 %'),
      'without a reason',
    ],
    ['a stop below its limit', says('0 of 2 clients failed within 1 h, limit 10 %'), 'without a reason'],
    ['a stop before its sample', says('1 of 1 clients failed within 1 h, limit 10 %'), 'without a reason'],
    [
      'a stop by a rule that is not there',
      says('1 of 2 clients failed within 1 h, limit 5 %'),
      'without a reason',
    ],
    [
      'a stop by a rule that never holds',
      says('1 of 2 clients had a relocation undone within 1 h, limit 99 %'),
      'without a reason',
    ],
    [
      'a stop by one cause that is no rule',
      says('9 clients with the same cause within 1 h, limit 9'),
      'without a reason',
    ],
    ['a due stop that never came', { entries: [started, entry(400, { to: 'ended' })] }, 'a stop was due'],
  ] as const)('finds %s', ([, change, what]) => {
    expect(whats(stopFaults({ ...good, ...change })).join('; ')).toContain(what);
  });
});

describe('the verdict on limits over all campaigns', () => {
  const driven = (client: string, from: number, to: number): readonly Entry[] => [
    entry(from, { client, who: `worker ${client}` }),
    entry(to, { client, who: `worker ${client}`, to: 'deferred' }),
  ];
  const work = (second: number) =>
    workIn(
      new Map([
        ['pc-1', driven('pc-1', 1, 5)],
        ['pc-2', driven('pc-2', second, 9)],
      ]),
      () => 'LS-1',
    );

  test('finds two clients at once where one is allowed, and none one after the other', () => {
    expect(limitFaults(work(5), 1)).toEqual([]);
    expect(whats(limitFaults(work(4), 1))).toEqual([
      '2 clients of LS-1 were worked on at once, the limit is 1',
    ]);
  });
  test('finds slots beyond the limit in Redis', () => {
    const holders = ['pc-1', 'pc-2'].map((client) => record(client, 0, '', { h: '1', g: 'LS-1' }));
    expect(slotFaults(holders, 2)).toEqual([]);
    expect(whats(slotFaults(holders, 1))).toEqual([
      '2 slots of LS-1 are in use, the limit over all campaigns is 1',
    ]);
  });
});

describe('the verdict on hooks', () => {
  const of = (second: number, hook: string, to: string): Entry =>
    entry(second, { from: '', to: `hook ${to}`, because: `hook ${hook}: mark` });
  const hooks = ['before-campaign', 'before-wave-all', 'after-wave-all', 'after-campaign'];
  const entries = hooks.flatMap((hook, at) => [of(2 * at + 1, hook, 'running'), of(2 * at + 2, hook, 'go')]);
  const marks = hooks.map((hook) => ({ campaign: 'chaos', hook, run: 1 }));
  const good = {
    campaign: 'chaos',
    waves: ['all'],
    entries,
    marks,
    stories: new Map([['pc-1', [begins(5, 'pc-1')]]]),
    records: [record('pc-1', 0)],
  };

  test('finds none in a good history, also of a run of unknown outcome', () => {
    expect(hookFaults(good)).toEqual([]);
    const lost = [
      of(1, 'before-campaign', 'running'),
      of(2, 'before-campaign', 'unknown'),
      of(2, 'before-campaign', 'accepted'),
    ];
    expect(hookFaults({ ...good, entries: [...lost, ...entries.slice(2)], marks: marks.slice(1) })).toEqual(
      [],
    );
  });
  test.for([
    [
      'a program that ran twice for one cause',
      { marks: [...marks, ...marks.slice(0, 1)] },
      'ran 2 times for run 1',
    ],
    ['a program that never ran', { marks: marks.slice(1) }, 'its program never ran'],
    [
      'a run that no entry announces',
      { marks: [...marks, { campaign: 'chaos', hook: 'after-campaign', run: 2 }] },
      'that no entry announces',
    ],
    [
      'a run beside another one',
      { entries: [...entries.slice(0, 1), ...entries] },
      'begins while run 1 goes on',
    ],
    ['a hook that was passed over', { entries: entries.slice(2), marks: marks.slice(1) }, 'never reached'],
    [
      'a hook that there is not',
      { marks: [...marks, { campaign: 'chaos', hook: 'other', run: 1 }] },
      'there is no such hook',
    ],
    [
      'a client that did not wait',
      { stories: new Map([['pc-1', [begins(3, 'pc-1')]]]) },
      'began before the hooks',
    ],
  ] as const)('finds %s', ([, change, what]) => {
    expect(whats(hookFaults({ ...good, ...change })).join('; ')).toContain(what);
  });
});
