import { describe, expect, test } from 'vitest';

import { sha256 } from '../../shared/evidence.ts';
import { parseCampaign } from '../../orchestrator/input/campaign-file.ts';
import { accepted, faultsOf, golden } from './given.ts';

const shortest = 'campaign: sp4\nrelease: sms-1.2-sp4\n';

/** The shortest campaign with more lines below; the first of them is line 3. */
const read = (...lines: string[]) => parseCampaign(`${shortest}${lines.join('\n')}\n`, 'c.yaml');

const minutes = 60_000;
const hours = 60 * minutes;

describe('a campaign file of two lines', () => {
  const campaign = accepted(read());

  test('gives a complete campaign', () => {
    expect(campaign).toMatchObject({
      campaign: 'sp4',
      release: 'sms-1.2-sp4',
      start: 'byHand',
      seed: 'sp4',
      select: { labels: [], logonServers: [], clients: [] },
      budgets: { active: 100, perLogonServer: 25 },
    });
    const gate = { settledPercent: 80, notOkPercent: 10, minSample: 10 };
    expect(campaign.waves).toEqual([
      { name: 'canary', size: { count: 10 }, gate },
      { name: 'early', size: { percent: 25 }, gate },
      { name: 'rest', size: { rest: true }, gate },
    ]);
  });

  test('has the default deferrals of every class', () => {
    const usual = { jitter: 0.2, whenSpent: 'needsAttention' };
    expect(campaign.policy.deferrals).toEqual({
      service: { ...usual, firstMs: 30 * minutes, factor: 2, maxMs: 4 * hours, budget: 12 },
      program: { ...usual, firstMs: 30 * minutes, factor: 1.5, maxMs: 2 * hours, budget: 40 },
      busy: { ...usual, firstMs: 1 * hours, factor: 1.5, maxMs: 4 * hours, budget: 30 },
      unreachable: {
        ...usual,
        firstMs: 15 * minutes,
        factor: 2,
        maxMs: 8 * hours,
        budget: 20,
        whenSpent: 'failed',
      },
      couldNotLook: { ...usual, firstMs: 15 * minutes, factor: 2, maxMs: 4 * hours, budget: 8 },
      restart: { ...usual, firstMs: 30 * minutes, factor: 1.5, maxMs: 2 * hours, budget: 60 },
      logon: { ...usual, firstMs: 1 * hours, factor: 1.5, maxMs: 4 * hours, budget: 60 },
      download: { ...usual, firstMs: 1 * hours, factor: 2, maxMs: 8 * hours, budget: 6, whenSpent: 'failed' },
      load: { ...usual, firstMs: 1 * hours, factor: 2, maxMs: 8 * hours, budget: 6 },
    });
  });

  test('has the other default policies', () => {
    const { deferrals: _, ...others } = campaign.policy;
    expect(others).toEqual({
      persistence: { looks: 3, afterMs: 24 * hours, restarts: 1, minGapMs: 20 * minutes },
      ladder: ['wait', 'notify', 'relocation'],
      structural: 'whenPersisting',
      restart: {
        allowed: 'nobodyLoggedOn',
        between: null,
        deadlineMs: 4 * hours,
        lookEveryMs: 5 * minutes,
      },
      noticeMs: 1 * hours,
      window: null,
    });
  });

  test('has the SHA-256 of its text as its hash', () => {
    expect(campaign.hash).toBe(sha256(shortest.concat('\n')));
  });
});

test('a campaign file overrides single defaults of a group, and the others stay', () => {
  const campaign = accepted(
    read(
      'on: staged',
      'startAt: 2026-11-23 22:00 Europe/Rome',
      'seed: 42',
      'select: { labels: [office], logonServers: [LS-ROM], clients: [pc-1, "pc_2"] }',
      'gate: { settled: 90, failures: 2.5 % }',
      'waves:',
      '  - { name: few, percent: 10 %, gate: { failures: 0, minSample: 3 } }',
      '  - { name: pilot, count: 5 }',
      'budgets: { active: 7 }',
      'deferrals: { program: { first: 90s, jitter: 0 } }',
      'persistence: { after: 2d }',
      'ladder: [wait, workaround]',
      'structural: atOnce',
      'restart: { allowed: never, between: "22:00-05:00" }',
      'window: { days: [sat, fri], between: "20:00 - 20:00" }',
      'notice: 0s',
    ),
  );
  expect(campaign).toMatchObject({
    start: 'whenStaged',
    startAt: Date.UTC(2026, 10, 23, 21),
    seed: '42',
    select: { labels: ['office'], logonServers: ['LS-ROM'], clients: ['pc-1', 'pc_2'] },
    waves: [
      { name: 'few', size: { percent: 10 }, gate: { settledPercent: 90, notOkPercent: 0, minSample: 3 } },
      { name: 'pilot', size: { count: 5 }, gate: { settledPercent: 90, notOkPercent: 2.5, minSample: 10 } },
    ],
    budgets: { active: 7, perLogonServer: 25 },
    policy: {
      deferrals: { program: { firstMs: 90_000, factor: 1.5, maxMs: 2 * hours, jitter: 0, budget: 40 } },
      persistence: { looks: 3, afterMs: 48 * hours },
      ladder: ['wait', 'workaround'],
      structural: 'atOnce',
      restart: {
        allowed: 'never',
        between: { days: [1, 2, 3, 4, 5, 6, 7], from: 22 * 60, to: 5 * 60 },
        deadlineMs: 4 * hours,
      },
      window: { days: [5, 6], from: 20 * 60, to: 20 * 60 },
      noticeMs: 0,
    },
  });
});

const hookRun =
  'a list of a program of the folder SERVPACK_HOOKS, by its file name, and its arguments, such as [open-ticket, urgent]';

describe('campaign values that contradict each other', () => {
  test.each([
    [
      'window: { days: [], between: "22:00-05:00" }',
      'c.yaml:3: window.days: is an empty list, expected at least one day',
    ],
    [
      'window: { between: "22:00-22:30" }',
      'c.yaml:3: window.between: is "22:00-22:30", expected hours of the day, more than one, such as "22:00-05:00"; midnight is 00:00, and the whole day is "00:00-00:00"',
    ],
    [
      'window: { between: "00:00-24:00" }',
      'c.yaml:3: window.between: is "00:00-24:00", expected hours of the day, more than one, such as "22:00-05:00"; midnight is 00:00, and the whole day is "00:00-00:00"',
    ],
    ...[
      [
        '/usr/bin/true',
        'hooks.beforeWave: is "/usr/bin/true", expected a group of keys such as { run: [open-ticket, urgent] }',
      ],
      [
        '[open-ticket]',
        'hooks.beforeWave: is a list of 1, expected a group of keys such as { run: [open-ticket, urgent] }',
      ],
      ['{ run: /usr/bin/true }', `hooks.beforeWave.run: is "/usr/bin/true", expected ${hookRun}`],
      ['{ run: [] }', `hooks.beforeWave.run: is an empty list, expected ${hookRun}`],
      [
        '{ run: [/usr/bin/true, now] }',
        'hooks.beforeWave.run[0]: is "/usr/bin/true", expected the file name of a program of the folder SERVPACK_HOOKS, without a path, such as "open-ticket"',
      ],
      [
        '{ run: [a], path: b }',
        'hooks.beforeWave.path: is not a known key, expected one of run, timeout, retryAfter',
      ],
    ].map(([typed, fault]) => [`hooks: { beforeWave: ${typed} }`, `c.yaml:3: ${fault}`]),
    [
      'restart: { between: "25:00-05:00" }',
      'c.yaml:3: restart.between: is "25:00-05:00", expected hours of the day, more than one, such as "22:00-05:00"; midnight is 00:00, and the whole day is "00:00-00:00"',
    ],
    ['waves: []', 'c.yaml:3: waves: is an empty list, expected at least one wave'],
    [
      'waves: [{ name: a, rest: true }, { name: b, count: 1 }]',
      'c.yaml:3: waves[0].rest: is not in the last wave, expected at most one rest, in the last wave',
    ],
    [
      'waves: [{ name: a, percent: 99.5 % }, { name: b, percent: 1 }]',
      'c.yaml:3: waves[1].percent: brings the waves to 100.5 %, expected at most 100 % together',
    ],
    ['waves: [{ name: a, percent: 0 }]', 'c.yaml:3: waves[0].percent: is 0 %, expected more than 0 %'],
    ['waves: [{ name: a, rest: false }]', 'c.yaml:3: waves[0].rest: is false, expected true'],
    ['ladder: []', 'c.yaml:3: ladder: is an empty list, expected wait as the first step'],
    ['ladder: [relocation, wait]', 'c.yaml:3: ladder[0]: is "relocation", expected wait as the first step'],
    [
      'ladder: [wait, notify, notify]',
      'c.yaml:3: ladder[2]: repeats step 2, expected every step at most once',
    ],
    [
      'persistence: { minGap: 25h }',
      'c.yaml:3: persistence.minGap: is longer than after (1d, the default), expected at most 1d',
    ],
    [
      'persistence: { after: 5m }',
      'c.yaml:3: persistence.after: is shorter than minGap (20m, the default), expected at least 20m',
    ],
    [
      'deferrals: { load: { first: 2h, max: 90m } }',
      'c.yaml:3: deferrals.load.first: is longer than max (90m), expected at most 90m',
    ],
  ])('%s', (line, fault) => {
    expect(faultsOf(read(line))).toEqual([fault]);
  });

  test('are found together with a fault of another kind in the same group', () => {
    expect(
      faultsOf(read('ladder: [notify, x]', 'deferrals: { load: { first: 9h, budget: x } }')),
    ).toHaveLength(4);
  });
});

test.each(['12', '"12"', 'a.b', 'a:b', '-a', 'a b', '""', 'x'.repeat(64), 'ü'])(
  'the name %s is no id',
  (id) => {
    const faults = faultsOf(parseCampaign(`campaign: ${id}\nrelease: r\n`, 'c.yaml'));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/^c\.yaml:1: campaign: is .*, expected an id of 1 to 63 letters/);
  },
);

test.each(['a', '1a', 'SP4_wave-2', 'x'.repeat(63)])('the name %s is an id', (id) => {
  expect(accepted(parseCampaign(`campaign: ${id}\nrelease: r\n`, 'c.yaml')).campaign).toBe(id);
});

test('a campaign file shows all its faults at once, each with its line', () => {
  const result = parseCampaign(golden('bad-campaign.yaml'), 'bad-campaign.yaml');
  expect(`${faultsOf(result).join('\n')}\n`).toBe(golden('bad-campaign.txt'));
});

test('a campaign file limits downloads for every logon server, or for some', () => {
  const budgets = (text: string) =>
    accepted(parseCampaign(`campaign: sp4\nrelease: r\nbudgets: ${text}\n`, 'c.yaml')).budgets;
  expect(budgets('{ active: 5 }')).toEqual({ active: 5, perLogonServer: 25 });
  expect(budgets('{ maxDownloads: 10, logonServers: { LS-PUN: { maxDownloads: 3 } } }')).toEqual({
    active: 100,
    perLogonServer: 25,
    maxDownloads: { everywhere: 10, at: { 'LS-PUN': 3 } },
  });
  expect(budgets('{ logonServers: { "\\\\\\\\LS-PUN": { maxDownloads: 3 } } }').maxDownloads?.at).toEqual({
    'LS-PUN': 3,
  });
  expect(budgets('{ remediations: { perHour: 50 } }').remediations).toEqual({ perHour: 50 });
  expect(budgets('{ active: 3 }')).not.toHaveProperty('remediations');
  expect(faultsOf(read('budgets: { remediations: { perHour: 0 } }'))).toEqual([
    'c.yaml:3: budgets.remediations.perHour: is 0, expected a whole number from 1 to 1000000',
  ]);
  expect(faultsOf(read('budgets: { remediations: {} }'))).toEqual([
    'c.yaml:3: budgets.remediations: says nothing, expected perHour: 50, perWave: 200, or both',
  ]);
  const bad = 'campaign: sp4\nrelease: r\nbudgets: { logonServers: { "a|b": { maxDownloads: 0 } } }\n';
  expect(faultsOf(parseCampaign(bad, 'c.yaml'))).toHaveLength(2);
});

test('limits of logon servers are kept under names that objects have by themselves, and never lost in silence', () => {
  const limits = (server: string) =>
    read('budgets:', '  logonServers:', `    ${server}: { maxDownloads: 1 }`);
  for (const server of ['constructor', 'toString'])
    expect(accepted(limits(server)).budgets.maxDownloads?.at).toEqual({ [server]: 1 });
  expect(faultsOf(limits('__proto__'))).toEqual([
    'c.yaml:5: budgets.logonServers.__proto__: is no name of a logon server, expected a host name or an IP address',
  ]);
});

describe('speed', () => {
  const speedOf = (yaml: string) => accepted(read(`speed: ${yaml}`)).speed;

  test('is a rate, or a ramp in words', () => {
    expect(speedOf('{ startsPerMinute: 60 }')).toEqual({ startsPerMinute: 60 });
    const ramp = { from: 20, factor: 1.5, per: 500, most: 400 };
    expect(speedOf('{ ramp: "from 20/min, x1.5 per 500 upgraded, at most 400/min" }')).toEqual({ ramp });
    expect(speedOf('{ ramp: "From 20 / min , x 1.5 per 500 upgraded,at most 400/min" }')).toEqual({ ramp });
    expect('speed' in accepted(read())).toBe(false);
  });

  test.each([
    [
      '{ ramp: "x1.5 per 500 upgraded" }',
      '3:17: speed.ramp: has "x1.5 per 500 upgraded", expected a first rate from 1 to 100000, such as from 20/min',
    ],
    [
      '{ ramp: "from 20/min, x1 per 500 upgraded, at most 400/min" }',
      '3:30: speed.ramp: has "x1 per 500 upgraded", expected a factor from 1.1 to 10 and a number of upgraded clients, such as x1.5 per 500 upgraded',
    ],
    [
      '{ ramp: "from 20/min, x2 per 500 upgraded" }',
      '3:49: speed.ramp: ends there, expected a highest rate from 1 to 100000 at the end, such as at most 400/min',
    ],
    [
      '{ ramp: "from 20/min, x2 per 500 upgraded, at most 10/min" }',
      '3:51: speed.ramp: has "at most 10/min", expected a highest rate of at least the first one, 20/min',
    ],
    [
      '{ ramp: 20 }',
      '3: speed.ramp: is 20, expected a ramp such as "from 20/min, x1.5 per 500 upgraded, at most 400/min"',
    ],
    ['{ startsPerMinute: 0 }', '3: speed.startsPerMinute: is 0, expected a whole number from 1 to 100000'],
    [
      '{ startsPerMinute: 5, ramp: "from 20/min, x2 per 5 upgraded, at most 40/min" }',
      '3: speed.ramp: stands beside startsPerMinute, expected one of the two',
    ],
    [
      '{}',
      '3: speed: says nothing, expected startsPerMinute: 60, or ramp: "from 20/min, x1.5 per 500 upgraded, at most 400/min"',
    ],
    ['60', '3: speed: is 60, expected the keys startsPerMinute, ramp'],
  ])('%s is refused', (yaml, fault) => {
    expect(faultsOf(read(`speed: ${yaml}`))).toEqual([`c.yaml:${fault}`]);
  });
});

describe('stop', () => {
  const stopOf = (yaml: string) => accepted(read(`stop: ${yaml}`)).stop;

  test('is a list of rates and of numbers of the same cause', () => {
    expect(
      stopOf(
        '[{ on: timedOut, percent: 5 %, minSample: 40, within: 60m, do: halt }, { sameCause: 5, within: 30m, do: abort }, { sameCause: 5, on: failed, within: 30m, do: pause }]',
      ),
    ).toEqual([
      { on: 'timedOut', percent: 5, minSample: 40, withinMs: 60 * 60_000, does: 'halt' },
      { sameCause: 5, withinMs: 30 * 60_000, does: 'abort' },
      { sameCause: 5, on: 'failed', withinMs: 30 * 60_000, does: 'pause' },
    ]);
    expect(stopOf('[{ on: failed, percent: 5, within: 1h, do: pause }]')).toMatchObject([{ minSample: 10 }]);
    expect('stop' in accepted(read())).toBe(false);
  });

  test.each([
    ['[]', 'stop: has no rule'],
    ['[{ within: 1h, do: pause }]', 'stop[0]: counts nothing'],
    ['[{ on: failed, within: 1h, do: pause }]', 'stop[0]: has no percent for failed'],
    ['[{ on: failed, percent: 100, within: 1h, do: pause }]', 'stop[0].percent: is 100 %'],
    ['[{ on: failed, percent: 5, do: pause }]', 'stop[0].within: is missing'],
    ['[{ on: failed, percent: 5, within: 1h }]', 'stop[0].do: is missing'],
    ['[{ on: slow, percent: 5, within: 1h, do: pause }]', 'stop[0].on: is "slow"'],
    ['[{ sameCause: 1, within: 1h, do: pause }]', 'stop[0].sameCause: is 1'],
    ['[{ sameCause: 5, on: blocked, within: 1h, do: pause }]', 'stop[0].on: is blocked beside sameCause'],
    ['[{ sameCause: 5, percent: 5, within: 1h, do: pause }]', 'stop[0].percent: stands beside sameCause'],
  ])('%s is refused', (yaml, fault) => {
    expect(faultsOf(read(`stop: ${yaml}`))).toEqual([expect.stringContaining(`c.yaml:3: ${fault}`)]);
  });
});

describe('waves as a ramp', () => {
  const sizesOf = (line: string) => accepted(read(line)).waves.map(({ name, size }) => [name, size]);

  test('grow to all clients: each share counts the waves before it', () => {
    expect(sizesOf('waves: { ramp: [1 %, 5 %, 25 %, 100 %] }')).toEqual([
      ['ramp-1', { percent: 1 }],
      ['ramp-2', { percent: 4 }],
      ['ramp-3', { percent: 20 }],
      ['ramp-4', { rest: true }],
    ]);
    expect(sizesOf('waves: { ramp: [0.1, 0.8, 100], names: [canary, early, rest] }')).toEqual([
      ['canary', { percent: 0.1 }],
      ['early', { percent: 0.7 }],
      ['rest', { rest: true }],
    ]);
    expect(sizesOf('waves: { ramp: [100 %] }')).toEqual([['ramp-1', { rest: true }]]);
  });

  test('have the gate of the campaign', () => {
    const { waves } = accepted(
      read('waves: { ramp: [10, 100] }', 'gate: { upgraded: 90 %, soak: 24h, approval: true }'),
    );
    const gate = { upgradedPercent: 90, soakMs: 24 * hours, approval: true };
    expect(waves).toMatchObject([{ gate }, { gate }]);
  });

  test.each([
    [
      '[5, 5, 100]',
      'ramp[1]: is 5 % after 5 %, expected more than 5 %: each share counts the clients of all waves up to it',
    ],
    [
      '[0, 100]',
      'ramp[0]: is 0 %, expected more than 0 %: each share counts the clients of all waves up to it',
    ],
    ['[5, 50]', 'ramp[1]: is 50 %, and no wave takes the other clients, expected 100 % as the last share'],
    ['[]', 'ramp: is an empty list, expected at least 100 %'],
    ['[x, 100]', 'ramp[0]: is "x", expected a percentage from 0 % to 100 %, such as 25 %'],
    ['[5, 100], names: [a]', 'names: is a list of 1, expected 2 names, one for each percentage'],
    ['[5, 100], names: [a, A]', 'names[1]: is "a" again, expected a name of its own for every wave'],
  ])('%s is refused', (ramp, fault) => {
    expect(faultsOf(read(`waves: { ramp: ${ramp} }`))).toEqual([`c.yaml:3: waves.${fault}`]);
  });

  test('name their keys, and a wave that waits for nothing', () => {
    expect(faultsOf(read('waves: { ramp: [100], name: [a] }'))).toEqual([
      'c.yaml:3: waves.name: is not a known key (did you mean names?), expected one of ramp, names',
    ]);
    expect(faultsOf(read('waves: 5'))).toEqual([
      'c.yaml:3: waves: is 5, expected a list of waves, or a ramp of percentages',
    ]);
  });
});

describe('the gate of a wave', () => {
  test('takes precedence over that of the campaign, key by key', () => {
    const { waves } = accepted(
      read(
        'gate: { soak: 24h, approval: true, upgraded: 90 }',
        'waves: [{ name: a, count: 1, gate: { approval: false, soak: 1h } }, { name: b, rest: true }]',
      ),
    );
    expect(waves[0]?.gate).toEqual({
      settledPercent: 80,
      notOkPercent: 10,
      minSample: 10,
      upgradedPercent: 90,
      soakMs: hours,
    });
    expect(waves[1]?.gate).toMatchObject({ soakMs: 24 * hours, approval: true });
  });

  test.each([
    ['soak: 1h', 'soak'],
    ['approval: true', 'approval'],
  ])('of the last wave waits for nothing: %s is refused there', (asked, key) => {
    expect(faultsOf(read(`waves: [{ name: a, rest: true, gate: { ${asked} } }]`))).toEqual([
      `c.yaml:3: waves[0].gate.${key}: is asked of the last wave, expected a wave that another one follows`,
    ]);
  });
});

describe('the end of a campaign', () => {
  test('is a moment, and finishes what has begun by default', () => {
    const { policy } = accepted(read('endAt: 2026-11-28 05:00 Europe/Rome'));
    expect(policy.end).toEqual({ at: Date.UTC(2026, 10, 28, 4), does: 'finish' });
    expect(accepted(read('atEnd: force', 'endAt: 2026-11-28 05:00 UTC')).policy.end?.does).toBe('force');
    expect(accepted(read()).policy).not.toHaveProperty('end');
  });

  test('is refused before the start, without a moment, and with an unknown word', () => {
    const startAt = 'startAt: 2026-11-28 05:00 UTC';
    const faults = (...lines: string[]) => faultsOf(read(...lines));
    expect(faults(startAt, 'endAt: 2026-11-28 05:00 UTC')).toEqual([
      'c.yaml:4: endAt: is 2026-11-28T05:00:00Z, and startAt is 2026-11-28T05:00:00Z, expected a moment after the start of the campaign',
    ]);
    expect(faults('atEnd: cancel')).toEqual([
      'c.yaml:3: atEnd: says cancel, and there is no endAt, expected a campaign with endAt',
    ]);
    expect(faults('endAt: 2026-11-28 05:00 UTC', 'atEnd: stop')).toEqual([
      'c.yaml:4: atEnd: is "stop", expected one of finish, cancel, force',
    ]);
    expect(faults('endAt: tomorrow')).toEqual([expect.stringContaining('c.yaml:3: endAt: is "tomorrow"')]);
  });
});

describe('a schedule in a campaign file', () => {
  const faults = (...lines: string[]) => faultsOf(read(...lines));

  test('names days by cron, or by a rule and a time', () => {
    expect(faults('schedule: { cron: "0 22 * * 2", zone: Europe/Berlin }')).toEqual(['(accepted)']);
    const monthly = 'rule: "FREQ=MONTHLY;BYDAY=2TU", at: "22:00"';
    expect(faults(`schedule: { ${monthly}, zone: UTC, missed: skip }`)).toEqual(['(accepted)']);
  });

  test.for([
    ['schedule: { zone: UTC }', 'c.yaml:3: schedule: has neither cron nor rule, expected one of the two'],
    [
      'schedule: { cron: "0 22 * * 2", at: "22:00", zone: UTC }',
      'c.yaml:3: schedule.at: stands beside cron, which has the time, expected at only beside rule',
    ],
    [
      'schedule: { rule: "FREQ=DAILY", zone: UTC }',
      'c.yaml:3: schedule: has no at, expected at: the time of the day',
    ],
    [
      'schedule: { rule: "FREQ=HOURLY", at: "22:00", zone: UTC }',
      expect.stringContaining('schedule.rule: has FREQ=HOURLY'),
    ],
    [
      'schedule: { cron: "0 22 * *", zone: UTC }',
      expect.stringContaining('schedule.cron: has not five fields'),
    ],
    ['schedule: { cron: "0 22 * * 2", zone: Mars }', expect.stringContaining('schedule.zone: is "Mars"')],
  ] as const)('is refused as %s', ([line, fault]) => {
    expect(faults(line)).toEqual([fault]);
  });

  test('is refused beside what fits one campaign only, and after a name too long for a date', () => {
    const schedule = 'schedule: { cron: "0 22 * * 2", zone: UTC }';
    const wrong =
      'stands beside schedule, expected a file without it: each occurrence starts at its own time';
    expect(faults(schedule, 'on: staged')).toEqual([`c.yaml:4: on: ${wrong}`]);
    expect(faults(schedule, 'startAt: 2026-11-28 05:00 UTC')).toEqual([`c.yaml:4: startAt: ${wrong}`]);
    expect(faults(schedule, 'endAt: 2026-11-28 05:00 UTC')).toEqual([`c.yaml:4: endAt: ${wrong}`]);
    const long = parseCampaign(`campaign: ${'a'.repeat(46)}\nrelease: r\n${schedule}\n`, 'c.yaml');
    expect(faultsOf(long)).toEqual([expect.stringContaining('c.yaml:1: campaign: has 46 characters')]);
  });
});
