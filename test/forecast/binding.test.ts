import { describe, expect, test } from 'vitest';
import { type BindingSize, whatBinds } from '../../orchestrator/forecast/binding.ts';
import { replicate } from '../../orchestrator/forecast/campaign-forecast.ts';
import type { ForecastQuestion } from '../../orchestrator/forecast/question.ts';
import type { Binding } from '../../shared/domain/campaign/binding.ts';
import type { Blocker } from '../../shared/domain/observation/blocker.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { hourMs, type Left, leftOf, now, type Standing } from './standing.ts';

/** The campaigns are small, and little about them is left to chance. */
const size: readonly BindingSize[] = [{ screened: 2, measured: 4, clients: 20_000 }];

const at = (logonServer: string, count: number): readonly string[] =>
  Array.from({ length: count }, () => logonServer);
const all = 'waves: [{ name: all, rest: true, gate: { failures: 100 % } }]';
const twoWaves = (gate: string): string =>
  `waves: [{ name: canary, count: 24, gate: { ${gate} } }, { name: rest, rest: true }]`;
const many = { waiting: [at('LS-1', 16)] };
const second = { waiting: [[], at('LS-1', 12)] };

const pcm: Blocker = {
  kind: 'service',
  executable: 'pcmsvc32.exe',
  imagePath: 'c:\\ms\\sms\\core\\bin\\pcmsvc32.exe',
  pid: 100,
  since: 0,
  service: 'SMS_PACKAGE_COMMAND_MANAGER_NT',
  startType: 'automatic',
  structural: true,
};
const writer: Blocker = {
  kind: 'program',
  executable: 'writer.exe',
  imagePath: 'c:\\ms\\sms\\core\\bin\\writer.exe',
  pid: 101,
  since: 0,
  session: 1,
  user: 'ann',
};
const standing = (count: number, each: Standing): readonly Standing[] =>
  Array.from({ length: count }, () => each);
const waits = (kind: Standing['waits'], count: number, hours: number, blockers: readonly Blocker[] = []) => ({
  standing: standing(count, { waits: kind, until: now + hours * hourMs, blockers }),
});
/** A finished client that a service was in the way of, and whose service was moved. */
const moved = (upgrade: Upgrade): Upgrade => ({
  ...upgrade,
  memory: {
    ...upgrade.memory,
    learned: { ...upgrade.memory.learned, relocation: 'done', seen: ['service x (pcmsvc32.exe)'] },
  },
});

interface Case {
  readonly binds: string;
  readonly left: Left;
  /** The same campaign without its limit. */
  readonly eased: Left;
}

const file = (text: string): Pick<Left, 'file'> => ({ file: `${all}\n${text}` });

const cases: readonly Case[] = [
  {
    binds: 'concurrent upgrades of the campaign (1)',
    left: { ...file('budgets: { active: 1, perLogonServer: 50 }'), ...many },
    eased: { ...file('budgets: { active: 50, perLogonServer: 50 }'), ...many },
  },
  {
    binds: 'concurrent upgrades per logon server (1)',
    left: { ...file('budgets: { active: 50, perLogonServer: 1 }'), ...many },
    eased: { ...file('budgets: { active: 50, perLogonServer: 50 }'), ...many },
  },
  {
    binds: 'downloads at LS-1 (1)',
    left: {
      ...file('budgets: { active: 50, perLogonServer: 50, maxDownloads: 1 }'),
      waiting: [[...at('LS-1', 12), 'LS-2']],
    },
    eased: {
      ...file('budgets: { active: 50, perLogonServer: 50 }'),
      waiting: [[...at('LS-1', 12), 'LS-2']],
    },
  },
  {
    binds: 'the speed of starts',
    left: { ...file('speed: { startsPerMinute: 1 }'), ...many },
    eased: { ...file(''), ...many },
  },
  {
    binds: 'the window',
    left: { ...file('window: { days: [mon, tue, wed, thu, fri], between: "22:00-04:00" }'), ...many },
    eased: { ...file(''), ...many },
  },
  {
    binds: 'the blackouts',
    left: {
      ...file('blackouts: [{ from: 2026-11-24 04:00, to: 2026-11-25 12:00, reason: fair }]'),
      ...many,
    },
    eased: { ...file(''), ...many },
  },
  {
    binds: 'the limit of restarts at the same time',
    left: {
      ...file('budgets: { active: 50, perLogonServer: 50, restarts: { perLogonServer: 1 } }'),
      ...many,
    },
    eased: { ...file('budgets: { active: 50, perLogonServer: 50 }'), ...many },
  },
  {
    binds: 'the limit of remediations',
    left: {
      ...file(
        'budgets: { active: 50, perLogonServer: 50, remediations: { perHour: 1 } }\nladder: [wait, relocation]',
      ),
      ...many,
      finished: moved,
    },
    eased: {
      ...file('budgets: { active: 50, perLogonServer: 50 }\nladder: [wait, relocation]'),
      ...many,
      finished: moved,
    },
  },
  {
    binds: 'the soak of the gate of wave canary',
    left: { file: twoWaves('soak: 24h'), ...second },
    eased: { file: twoWaves(''), ...second },
  },
  {
    binds: 'moving pcmsvc32.exe on 12 clients',
    left: { ...file('ladder: [wait]'), ...waits('service', 12, 1, [pcm]) },
    eased: { ...file('ladder: [wait]'), ...waits('busy', 12, 1) },
  },
  {
    binds: 'closing writer.exe on 12 clients',
    left: { ...file(''), ...waits('program', 12, 1, [writer]) },
    eased: { ...file(''), ...waits('busy', 12, 1) },
  },
  {
    binds: 'the wait for logons (12 clients now)',
    left: { ...file(''), ...waits('logon', 12, 1) },
    eased: { ...file(''), ...many },
  },
];

describe('what binds a running campaign', () => {
  test.each(cases)('is $binds, and without it the campaign ends so much earlier', async (each) => {
    const question = leftOf(each.left);
    const { limits, says } = await whatBinds(question, size);
    const [first] = limits;
    expect(first?.limit).toBe(each.binds);
    expect(says).toBe(first?.says);
    expect(says).toMatch(/^.+: .+ earlier( without it)?$/);
    expect(noneIsNegative(limits)).toBe(true);
    const gain = first?.endMs ?? 0;
    const found = (await endsAfter(question)) - (await endsAfter(leftOf(each.eased)));
    expect(Math.abs(gain - found)).toBeLessThan(0.15 * Math.max(gain, found));
  });

  test('is a gate, where a client holds it up for which nothing can be done', async () => {
    const { standing } = waits('busy', 1, 10);
    const { limits } = await whatBinds(
      leftOf({ file: twoWaves('settled: 100 %'), ...second, standing }),
      size,
    );
    expect(limits.map(({ says }) => says)).toEqual([
      expect.stringMatching(
        /^the gate of wave canary: nine of ten clients are finished 10 h \d+ min earlier without it; the end stays$/,
      ),
    ]);
  });

  test('are two limits together, where neither alone gains', async () => {
    const question = leftOf({ ...file('budgets: { active: 1, perLogonServer: 1 }'), ...many });
    const { limits, says } = await whatBinds(question, size);
    expect(limits).toHaveLength(1);
    expect(says).toMatch(
      /^concurrent upgrades of the campaign \(1\) and concurrent upgrades per logon server \(1\) together: .* earlier without both$/,
    );
    const eased = leftOf({ ...file('budgets: { active: 50, perLogonServer: 50 }'), ...many });
    const found = (await endsAfter(question)) - (await endsAfter(eased));
    expect(limits[0]?.endMs).toBeCloseTo(found, -5);
  });

  test('is nothing, where every client follows hours of its own', async () => {
    const question = leftOf({ ...file(''), ...waits('busy', 3, 6) });
    expect(await whatBinds(question, size)).toMatchObject({
      says: "no single limit: the clients' own hours decide",
      because: null,
      limits: [],
    });
  });

  test('is a gate that stops the campaign for good', async () => {
    const question = leftOf({ file: twoWaves('failures: 0 %, minSample: 1'), ...second, finished: failed });
    const { says, limits } = await whatBinds(question, size);
    expect(says).toBe('the gate of wave canary: the campaign ends by itself only without it');
    expect(limits[0]).toMatchObject({ endMs: null, endsOnlyWithout: true });
  });

  test('is not said where the end cannot be forecast, or too many clients are left', async () => {
    const held = { logonServer: 'LS-1', by: 'ann', because: 'payroll', at: 0 };
    const left = { ...file(''), ...many };
    const holding = leftOf({ ...left, change: (campaign) => ({ ...campaign, holds: [held] }) });
    expect(await whatBinds(holding, size)).toEqual({
      says: null,
      because: 'nobody knows until when LS-1 is held',
      limits: [],
      tried: [],
    });
    expect((await whatBinds(leftOf(left), [{ screened: 2, measured: 4, clients: 100 }])).because).toContain(
      'at most',
    );
  });

  test('says until when every client that is left is outside its window', async () => {
    const closing = file('window: { days: [mon, tue, wed, thu, fri], between: "22:00-04:00" }');
    const { closed } = await whatBinds(leftOf({ ...closing, ...many }), size);
    expect(closed).toEqual({
      until: Date.UTC(2026, 10, 24, 22),
      says: 'outside the window until 2026-11-24T22:00:00Z',
    });
    const fair = 'blackouts: [{ from: 2026-11-24 04:00, to: 2026-11-25 12:00, reason: fair }]';
    expect((await whatBinds(leftOf({ ...file(fair), ...many }), size)).closed?.says).toBe(
      'blackout "fair" until 2026-11-25T12:00:00Z',
    );
    const open = file('window: { days: [mon, tue, wed, thu, fri], between: "02:00-08:00" }');
    expect(await whatBinds(leftOf({ ...open, ...many }), size)).not.toHaveProperty('closed');
  });

  test('is the same for the same records', async () => {
    const question = leftOf({ ...file('ladder: [wait]'), ...waits('service', 12, 1, [pcm]) });
    const before = JSON.stringify(question);
    const found = await whatBinds(question, size);
    expect(await whatBinds(question, size)).toEqual(found);
    expect(JSON.stringify(question)).toBe(before);
  });
});

const failed = (upgrade: Upgrade): Upgrade => ({
  ...upgrade,
  state: { phase: 'settled', at: now, end: 'failed', cause: 'x', because: 'x', blockers: [] },
});

const noneIsNegative = (limits: Binding['limits']): boolean =>
  limits.every(({ endMs, mostMs }) => (endMs ?? 0) >= 0 && (mostMs ?? 0) >= 0);

/** The mean time until the campaign ends, in simulations of the test. */
async function endsAfter(question: ForecastQuestion): Promise<number> {
  const seeds = ['a', 'b', 'c', 'd'];
  let sum = 0;
  for (const seed of seeds) sum += ((await replicate(question, seed)).endsAt ?? Infinity) - now;
  return sum / seeds.length;
}
