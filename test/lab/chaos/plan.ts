import { chance, pick, type Span, within } from '../../../orchestrator/simulation/machines/chance.ts';
import { type Order, ordersOf } from './control/orders.ts';
import type { ChaosOptions } from './options.ts';

export type Role = 'worker' | 'orchestrator' | 'redis';

/** One stroke against a process. `forMs` is the real time that the process stays down or frozen. */
export interface Blow {
  readonly kind: 'kill' | 'freeze' | 'term';
  readonly role: Role;
  /** Which process of the role; when it does not run, the next one that does. */
  readonly nth: number;
  readonly forMs: number;
}

export type Stroke =
  | Blow
  /** Every BullMQ key is deleted. */
  | { readonly kind: 'wipeJobs' }
  | { readonly kind: 'pause'; readonly forMs: number }
  | RefusedWrites
  | Hostility
  | FullDisk
  | Order;

/** One client answers like an attacker or a broken machine, or checks in like a storm. */
export interface Hostility {
  readonly kind: 'hostile';
  readonly how: HostileHow;
  /** Which client, by its place in the fleet; counted around. */
  readonly nth: number;
  readonly forMs: number;
}

export const hostileHows = [
  'endlessAnswer',
  'wrongText',
  'wrongValue',
  'wrongLine',
  'halfAnswer',
  'cutAfter',
  'lostAnswer',
  'slowCall',
  'storm',
] as const;

export type HostileHow = (typeof hostileHows)[number];

/** The file system of the audit files, of the logs or of Redis is full. */
export interface FullDisk {
  readonly kind: 'fullDisk';
  readonly of: DiskName;
  readonly forMs: number;
}

export const diskNames = ['audit', 'logs', 'redis'] as const;

export type DiskName = (typeof diskNames)[number];

/** Redis answers and refuses every write: its memory is full, or it has become a replica. */
export interface RefusedWrites {
  readonly kind: 'refuseWrites';
  readonly how: 'memory' | 'replica';
  readonly forMs: number;
}

export interface Planned {
  /** Real milliseconds from the start of the campaign. */
  readonly atMs: number;
  readonly stroke: Stroke;
}

/** Weights that add up to 100. An existing Redis (`--url`) is never struck. */
const weights: readonly (readonly [Role, Blow['kind'], number])[] = [
  ['worker', 'kill', 34],
  ['worker', 'freeze', 18],
  ['worker', 'term', 10],
  ['orchestrator', 'kill', 12],
  ['orchestrator', 'freeze', 7],
  ['orchestrator', 'term', 5],
  ['redis', 'kill', 7],
  ['redis', 'freeze', 4],
  ['redis', 'term', 3],
];

const downFor: Span = [100, 2_500];
/**
 * Most freezes are short; every third lasts longer than lock and lease (10 s). Everything waits for
 * Redis, so its freezes are shorter.
 */
const freezes: Readonly<Record<Role, readonly [Span, Span, Span]>> = {
  worker: [
    [1_000, 4_000],
    [1_000, 9_000],
    [10_500, 25_000],
  ],
  orchestrator: [
    [1_000, 4_000],
    [1_000, 9_000],
    [10_500, 25_000],
  ],
  redis: [
    [500, 2_000],
    [1_000, 4_000],
    [5_000, 12_000],
  ],
};
/** Every process runs again at most so long after the last stroke. */
const afterEndMs = 5_000;
const pausedFor: Span = [2_500, 5_000];
/** One deletion of all jobs and one pause per so many strokes, and at least one of each. */
const blowsPerExtra = 15;
const refusedFor: Span = [2_000, 8_000];
/** One span in which Redis refuses writes per so many strokes; none in a shorter plan. */
const blowsPerRefusal = 50;

const hostileFor: Span = [2_000, 10_000];
const blowsPerHostility = 6;
const fullFor: Span = [2_000, 8_000];
/** One full disk per so many strokes; none in a shorter plan. */
const blowsPerFullDisk = 50;

/** The whole plan. The same options give the same strokes at the same moments. */
export function planOf({ seed, kills, gapMs, url }: ChaosOptions): readonly Planned[] {
  const planned: Planned[] = [];
  let atMs = 500;
  for (let n = 0; n < kills; n += 1) {
    atMs += within([gapMs * 0.2, gapMs * 1.8], chance(seed, 'gap', n));
    planned.push({ atMs, stroke: blow(seed, n, url !== null) });
  }
  const refusals = url === null ? refusedWrites(seed, kills, atMs) : [];
  const disks = url === null ? fullDisks(seed, kills, atMs) : [];
  const all = [
    ...planned,
    ...extras(seed, kills, atMs),
    ...refusals,
    ...hostilities(seed, kills, atMs),
    ...disks,
    ...ordersOf(seed, kills, atMs),
  ].sort((a, b) => a.atMs - b.atMs);
  return all.map((each) => endingSoonAfter(each, atMs));
}

/** Shortens the last spans, so that the run does not wait long after the last stroke. */
function endingSoonAfter({ atMs, stroke }: Planned, endMs: number): Planned {
  if (!('forMs' in stroke)) return { atMs, stroke };
  return { atMs, stroke: { ...stroke, forMs: Math.min(stroke.forMs, endMs - atMs + afterEndMs) } };
}

function extras(seed: string, kills: number, endMs: number): readonly Planned[] {
  if (kills === 0) return [];
  const count = Math.ceil(kills / blowsPerExtra);
  return Array.from({ length: count }, (_, n): readonly Planned[] => {
    const span: Span = [(endMs * n) / count, (endMs * (n + 1)) / count];
    return [
      { atMs: within(span, chance(seed, 'wipe', n)), stroke: { kind: 'wipeJobs' } },
      {
        atMs: within(span, chance(seed, 'pause', n)),
        stroke: { kind: 'pause', forMs: within(pausedFor, chance(seed, 'paused', n)) },
      },
    ];
  }).flat();
}

function hostilities(seed: string, kills: number, endMs: number): readonly Planned[] {
  const count = Math.floor(kills / blowsPerHostility);
  return Array.from({ length: count }, (_, n): Planned => {
    const stroke: Hostility = {
      kind: 'hostile',
      how: hostileHows[n % hostileHows.length] ?? 'storm',
      nth: Math.floor(chance(seed, 'hostile', n) * 1_000_000),
      forMs: within(hostileFor, chance(seed, 'hostileFor', n)),
    };
    return { atMs: within([0, endMs], chance(seed, 'hostileAt', n)), stroke };
  });
}

function fullDisks(seed: string, kills: number, endMs: number): readonly Planned[] {
  const count = Math.floor(kills / blowsPerFullDisk);
  return Array.from({ length: count }, (_, n): Planned => {
    const span: Span = [(endMs * n) / count, (endMs * (n + 1)) / count];
    const of = diskNames[n % diskNames.length] ?? 'audit';
    const forMs = within(fullFor, chance(seed, 'fullFor', n));
    return { atMs: within(span, chance(seed, 'full', n)), stroke: { kind: 'fullDisk', of, forMs } };
  });
}

function refusedWrites(seed: string, kills: number, endMs: number): readonly Planned[] {
  const count = Math.floor(kills / blowsPerRefusal);
  return Array.from({ length: count }, (_, n): Planned => {
    const span: Span = [(endMs * n) / count, (endMs * (n + 1)) / count];
    const how = n % 2 === 0 ? 'memory' : 'replica';
    const forMs = within(refusedFor, chance(seed, 'refusedFor', n));
    return {
      atMs: within(span, chance(seed, 'refused', n)),
      stroke: { kind: 'refuseWrites', how, forMs },
    };
  });
}

function blow(seed: string, n: number, isRedisSpared: boolean): Blow {
  const [role, kind] = drawn(chance(seed, 'blow', n), isRedisSpared);
  const toss = chance(seed, 'span', n);
  const span = kind === 'freeze' ? pick(freezes[role], chance(seed, 'long', n)) : downFor;
  return { kind, role, nth: Math.floor(chance(seed, 'nth', n) * 1_000), forMs: within(span, toss) };
}

function drawn(toss: number, isRedisSpared: boolean): readonly [Role, Blow['kind']] {
  const open = weights.filter(([role]) => role !== 'redis' || !isRedisSpared);
  let rest = toss * open.reduce((sum, [, , weight]) => sum + weight, 0);
  for (const [role, kind, weight] of open) {
    rest -= weight;
    if (rest < 0) return [role, kind];
  }
  return ['worker', 'kill'];
}
