import type { PropertyName } from '../../orchestrator/proving/asked.ts';

/** A campaign file that a seed has made, and what is asked of it. */
export interface SeededPolicy {
  readonly seed: number;
  readonly kind: string;
  readonly text: string;
  readonly product: 'sms-1.2' | 'generic-windows-agent';
  readonly property: PropertyName;
  readonly per: string | null;
  /** The key that is wrong in a bad policy. */
  readonly key: string;
}

/** Numbers in [0, 1) that follow from the seed alone (mulberry32). */
export function numbersFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Kind {
  readonly kind: string;
  readonly property: PropertyName;
  readonly key: string;
  readonly bad: (draw: Draw) => readonly string[];
  readonly good: (draw: Draw) => readonly string[];
  readonly per?: (draw: Draw) => string;
  readonly product?: SeededPolicy['product'];
}

interface Draw {
  readonly from: <T>(...values: readonly T[]) => T;
  readonly between: (least: number, most: number) => number;
}

const stopAtFirst = 'gate: { failures: 0 %, minSample: 1 }';

/** Each kind breaks one property by one key. The good policy of a kind has that key right. */
const kinds: readonly Kind[] = [
  {
    kind: 'too many slots at one logon server',
    property: 'neverDown',
    key: 'budgets.perLogonServer',
    per: ({ from }) => from('site', 'logonServer', 'ward'),
    bad: ({ between }) => [
      `budgets: { active: ${between(5, 90)}, perLogonServer: ${between(2, 25)} }`,
      stopAtFirst,
    ],
    good: ({ between }) => [`budgets: { active: ${between(5, 90)}, perLogonServer: 1 }`, stopAtFirst],
  },
  {
    kind: 'a person who is logged on is restarted',
    property: 'loggedOn',
    key: 'restart.allowed',
    bad: ({ between }) => [`restart: { allowed: always, deadline: ${between(2, 6)}h }`],
    good: ({ between }) => [`restart: { allowed: nobodyLoggedOn, deadline: ${between(2, 6)}h }`],
  },
  {
    kind: 'a deadline that logged-on users do not hold',
    property: 'loggedOn',
    key: 'atEnd',
    bad: ({ between }) => [`endAt: 2027-01-0${between(5, 9)} 0${between(1, 9)}:00 UTC`, 'atEnd: force'],
    good: ({ between, from }) => [
      `endAt: 2027-01-0${between(5, 9)} 0${between(1, 9)}:00 UTC`,
      `atEnd: ${from('finish', 'cancel')}`,
    ],
  },
  {
    kind: 'a deadline that the window does not hold',
    property: 'window',
    key: 'atEnd',
    bad: ({ between }) => [
      `window: { between: "2${between(0, 3)}:00-05:00" }`,
      `endAt: 2027-01-05 1${between(0, 8)}:00 UTC`,
      'atEnd: force',
    ],
    good: ({ between }) => [
      `window: { between: "2${between(0, 3)}:00-05:00" }`,
      `endAt: 2027-01-05 1${between(0, 8)}:00 UTC`,
    ],
  },
  {
    kind: 'a relocation that nobody answers',
    property: 'approval',
    key: 'approvals[0].onExpiry',
    bad: ({ between, from }) => [
      `approvals: [{ ${from('each', 'remediation')}: relocation, expires: ${between(2, 12)}h, onExpiry: approve }]`,
    ],
    good: ({ between, from }) => [
      `approvals: [{ ${from('each', 'remediation')}: relocation, expires: ${between(2, 12)}h, onExpiry: ${from('reject', 'pause')} }]`,
    ],
  },
  {
    kind: 'a wave that nobody answers',
    property: 'approval',
    key: 'approvals[0].onExpiry',
    bad: ({ between }) => [`approvals: [{ wave: rest, expires: ${between(1, 9)}h, onExpiry: approve }]`],
    good: ({ between, from }) => [
      `approvals: [{ wave: rest, expires: ${between(1, 9)}h, onExpiry: ${from('reject', 'pause')} }]`,
    ],
  },
  {
    kind: 'restarts outside every window',
    property: 'stuck',
    key: 'restart.between',
    bad: ({ between }) => [
      `window: { between: "0${between(6, 9)}:00-${between(16, 19)}:00" }`,
      `restart: { between: "2${between(1, 3)}:00-0${between(2, 5)}:00" }`,
    ],
    good: ({ between }) => [
      `window: { between: "0${between(6, 9)}:00-${between(16, 19)}:00" }`,
      `restart: { between: "${between(10, 12)}:00-${between(13, 15)}:00" }`,
    ],
  },
  {
    kind: 'fewer remediations in a wave than it has clients',
    property: 'stuck',
    key: 'budgets.remediations',
    bad: ({ between }) => [`budgets: { active: ${between(5, 90)}, remediations: { perWave: 1 } }`],
    good: ({ between }) => [
      `budgets: { active: ${between(5, 90)}, remediations: { perWave: ${between(50, 90)} } }`,
    ],
  },
  {
    kind: 'a swap on two clients of one site',
    property: 'neverDown',
    key: 'budgets.perLogonServer',
    per: ({ from }) => from('site', 'logonServer'),
    product: 'generic-windows-agent',
    bad: ({ between }) => [`budgets: { perLogonServer: ${between(2, 25)} }`, stopAtFirst],
    good: () => ['budgets: { perLogonServer: 1 }', stopAtFirst],
  },
  {
    kind: 'a service that a workaround leaves stopped',
    property: 'neverDown',
    key: 'ladder',
    per: ({ from }) => from('site', 'logonServer'),
    bad: () => [
      'ladder: [wait, workaround, relocation]',
      'structural: atOnce',
      'budgets: { perLogonServer: 1 }',
      stopAtFirst,
    ],
    good: ({ from }) => [
      `ladder: [wait, ${from('', 'notify, ')}relocation]`,
      'structural: atOnce',
      'budgets: { perLogonServer: 1 }',
      stopAtFirst,
    ],
  },
  {
    kind: 'too many restarts at the same time',
    property: 'neverDown',
    key: 'budgets.restarts',
    per: () => 'site',
    bad: ({ between, from }) => [
      'ladder: [wait]',
      `budgets: { restarts: { ${from(`perLogonServer: ${between(2, 9)}`, `perLabel: { site: ${between(2, 9)} }`)} } }`,
      stopAtFirst,
    ],
    good: ({ from }) => [
      'ladder: [wait]',
      `budgets: { restarts: { ${from('perLogonServer: 1', 'perLabel: { site: 1 }')} } }`,
      stopAtFirst,
    ],
  },
  {
    kind: 'a lost client does not stop the next one',
    property: 'neverDown',
    key: 'gate',
    per: ({ from }) => from('site', 'logonServer'),
    bad: ({ between }) => [
      'budgets: { perLogonServer: 1 }',
      `gate: { failures: ${between(40, 90)} %, minSample: ${between(2, 9)} }`,
    ],
    good: ({ between }) => [
      'budgets: { perLogonServer: 1 }',
      `gate: { failures: ${between(0, 9)} %, minSample: 1 }`,
    ],
  },
];

/** What every policy may have, and breaks nothing. */
function others({ from, between }: Draw, hasWaves: boolean, isTimed: boolean): readonly string[] {
  const waves = hasWaves
    ? ['waves: [{ name: first, count: 1 }, { name: rest, rest: true }]']
    : [
        from(
          'waves: [{ name: all, rest: true }]',
          'waves: [{ name: some, count: 10 }, { name: rest, rest: true }]',
        ),
      ];
  return [
    ...waves,
    `seed: seed-${between(1, 1_000)}`,
    `notice: ${between(10, 90)}m`,
    `persistence: { looks: ${between(2, 4)}, minGap: ${between(5, 20)}m }`,
    ...from(
      [],
      [`deferrals: { program: { budget: ${between(5, 30)} }, unreachable: { budget: ${between(3, 9)} } }`],
    ),
    ...(isTimed ? [] : from([], ['select: { labels: [office] }'], ['select: { where: "!kiosk" }'])),
  ];
}

/** So many seeds in a row have each kind once. */
export const kindsOfPolicies = kinds.length;

/** The bad policy of a seed, or the good one that has the same key right. */
export function seededPolicy(seed: number, isBad: boolean): SeededPolicy {
  const next = numbersFrom(seed);
  const draw: Draw = {
    from: (...values) => values[Math.floor(next() * values.length)] as (typeof values)[number],
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
  };
  const kind = kinds[seed % kinds.length] as Kind;
  const own = isBad ? kind.bad(draw) : kind.good(draw);
  const product = kind.product ?? 'sms-1.2';
  const lines = [
    `campaign: policy-${seed}`,
    `release: ${product}-${draw.between(2, 9)}`,
    ...own,
    ...others(
      draw,
      kind.kind.startsWith('a wave'),
      own.some((line) => line.startsWith('window')),
    ),
  ];
  const { property, key } = kind;
  const per = kind.per?.(draw) ?? null;
  return { seed, kind: kind.kind, text: `${lines.join('\n')}\n`, product, property, per, key };
}
