import { chance, pick } from '../../../orchestrator/simulation/machines/chance.ts';
import type { Policy } from '../expected.ts';

export const campaignName = 'chaos';
/** The campaign that shares the logon servers with the main one. */
export const sideName = 'side';
/** Schedules: one makes up for what it missed, the other one skips it. */
export const scheduleNames = { often: 'run', seldom: 'skip' } as const;
/** Campaigns that go wrong on every client, and what their rule does about it. */
export const stoppedNames = { doomed: 'abort', alarm: 'halt' } as const;
/** Policy time between two occurrences, from midnight UTC on. */
export const occurrenceEveryMs = 6 * 3_600_000;

/**
 * Budget of clients at once; a quarter of it on one logon server. A large fleet must not be limited
 * by its budget alone.
 */
const activeOf = (clients: number): number => Math.max(60, Math.round(clients / 20));

/** What an edit may change. The rest of the main campaign stays. */
export interface Variant {
  readonly active: number;
  /** Restarts at once on a logon server; three times as many over all of them. */
  readonly restarts: number;
  readonly settledPercent: number;
  readonly earlyPercent: number;
  /** Whether the ladder tells the users before it moves a service. */
  readonly notifies: boolean;
  readonly stop: 'none' | 'lasting' | 'sliding' | 'sameCause';
  readonly hasWindow: boolean;
}

/** The campaign files of a run, and what their ladder allows. */
export interface ChaosCampaign {
  readonly policy: Policy;
  /** The highest budget of any edition. */
  readonly activeAtMost: number;
  /** The highest limits of restarts of any edition. */
  readonly restartsAtMost: { readonly perLogonServer: number; readonly perRing: number };
  /** Slots of a logon server over all campaigns. */
  readonly serverLimit: number;
  readonly first: Variant;
  /** The variant of the nth edit. */
  readonly edited: (nth: number) => Variant;
  readonly text: (variant: Variant) => string;
  readonly side: string;
  /** A campaign over the whole fleet, without anything of campaign control. */
  readonly plain: string;
  readonly schedules: readonly string[];
  /** By name, the campaigns that their rule stops. */
  readonly stopped: ReadonlyMap<StoppedName, string>;
}

export type StoppedName = keyof typeof stoppedNames;

export const earlyPercents = [20, 10, 30] as const;

const stopLines: Readonly<Record<Variant['stop'], readonly string[]>> = {
  none: [],
  // Facts stay in this window until the campaign is resumed.
  lasting: ['  - { on: failed, percent: 2 %, minSample: 10, within: 240h, do: pause }'],
  sliding: ['  - { on: failed, percent: 3 %, minSample: 8, within: 6h, do: pause }'],
  sameCause: ['  - { sameCause: 40, within: 4h, do: pause }'],
};

/** It never has its sample, so it must not stop anything. */
const neverStops = '  - { on: undone, percent: 99 %, minSample: 1000000, within: 1h, do: abort }';

const deferrals = [
  'deferrals:',
  '  service: { first: 30m, factor: 2, max: 4h, budget: 200 }',
  '  program: { first: 30m, factor: 1.5, max: 2h, budget: 400 }',
  '  unreachable: { first: 15m, factor: 2, max: 8h, budget: 200, whenSpent: failed }',
  '  couldNotLook: { first: 15m, factor: 2, max: 4h, budget: 200 }',
  '  busy: { first: 1h, factor: 1.5, max: 4h, budget: 300 }',
  '  logon: { first: 1h, factor: 1.5, max: 4h, budget: 600 }',
  '  restart: { first: 30m, factor: 1.5, max: 2h, budget: 600 }',
  '  download: { first: 1h, factor: 2, max: 8h, budget: 6, whenSpent: failed }',
];

/**
 * The campaigns over the groups of the fleet. Deferrals last for hours of lab time, because in this
 * run every process is unavailable for seconds again and again.
 */
export function campaignOf(seed: string, clients: number): ChaosCampaign {
  const activeAtMost = activeOf(clients);
  const restarts = Math.max(2, Math.round(activeAtMost / 20));
  const hasWorkaround = chance(seed, 'ladder') < 1 / 3;
  const first: Variant = {
    active: activeAtMost,
    restarts,
    settledPercent: 15,
    earlyPercent: 20,
    notifies: true,
    stop: 'lasting',
    hasWindow: false,
  };
  const edited = (nth: number): Variant => ({
    active: pick([1, 0.75, 0.5], chance(seed, 'active', nth)) * activeAtMost,
    restarts: pick([restarts, restarts - 1], chance(seed, 'restarts', nth)),
    settledPercent: pick([15, 10, 25], chance(seed, 'settled', nth)),
    earlyPercent: pick(earlyPercents, chance(seed, 'early', nth)),
    notifies: chance(seed, 'notifies', nth) < 0.5,
    stop: pick(['none', 'lasting', 'sliding', 'sameCause'], chance(seed, 'stop', nth)),
    hasWindow: chance(seed, 'window', nth) < 0.4,
  });
  const steps = ['wait', ...(hasWorkaround ? ['workaround'] : []), 'relocation'];
  return {
    policy: { relocation: true, workaround: hasWorkaround },
    activeAtMost,
    restartsAtMost: { perLogonServer: restarts, perRing: restarts * ringFactor },
    serverLimit: Math.round(activeAtMost / 5),
    first,
    edited,
    text: (variant) => mainText(variant, steps),
    side: sideText(activeAtMost, steps),
    plain: plainText(activeAtMost, steps),
    stopped: new Map((['doomed', 'alarm'] as const).map((name) => [name, stoppedText(name, steps)])),
    schedules: (['often', 'seldom'] as const).map((group) => scheduleText(group, steps)),
  };
}

const ringFactor = 3;

const budgetsOf = (active: number, more = ''): string =>
  `budgets: { active: ${Math.round(active)}, perLogonServer: ${Math.round(active / 4)}${more} }`;

/** Nearly all clients have no label `ring`, so they have one limit over all logon servers. */
const restartsOf = (limit: number): string =>
  `, restarts: { perLogonServer: ${limit}, perLabel: { ring: ${limit * ringFactor} } }`;

const ladderOf = ([first = '', ...later]: readonly string[], notifies: boolean): string =>
  `ladder: [${[first, ...(notifies ? ['notify'] : []), ...later].join(', ')}]`;

function mainText(variant: Variant, steps: readonly string[]): string {
  const gate = `gate: { settled: ${variant.settledPercent} %, failures: 100 %, minSample: 1 }`;
  return [
    `campaign: ${campaignName}`,
    'release: sms-1.2-sp4',
    'membership: joins',
    'select: { where: "group notin (side, often, seldom, doomed, alarm), !out" }',
    'waves:',
    '  - { name: canary, count: 10, gate: { settled: 10 %, failures: 100 %, minSample: 1 } }',
    `  - { name: early, percent: ${variant.earlyPercent} %, ${gate} }`,
    `  - { name: rest, where: "ring != last", ${gate} }`,
    '  - { name: last, rest: true, gate: { failures: 100 %, minSample: 1 } }',
    'approvals:',
    '  - { wave: early, expires: 6h, onExpiry: reject, by: another }',
    '  - { wave: rest, expires: 8h, onExpiry: pause, by: another }',
    '  - { wave: last, by: another }',
    '  - { each: relocation, expires: 12h, onExpiry: reject, by: another }',
    'hooks:',
    ...['beforeCampaign', 'beforeWave', 'afterWave', 'afterCampaign'].map(
      (moment) => `  ${moment}: { run: [mark], timeout: 1h, retryAfter: 60s }`,
    ),
    'stop:',
    neverStops,
    ...stopLines[variant.stop],
    ...(variant.hasWindow ? ['windows:', '  - { between: "04:00-02:00" }'] : []),
    budgetsOf(variant.active, restartsOf(variant.restarts)),
    ...deferrals,
    ladderOf(steps, variant.notifies),
    '',
  ].join('\n');
}

const clientHookLine = (moment: 'beforeClient' | 'afterClient'): string =>
  `  ${moment}: { run: [mark-client], timeout: 1h, retryAfter: 60s }`;

const sideText = (active: number, steps: readonly string[]): string =>
  [
    `campaign: ${sideName}`,
    'release: sms-1.2-sp4',
    'select: { where: "group = side" }',
    'waves:',
    '  - { name: all, rest: true, gate: { failures: 100 %, minSample: 1 } }',
    'priority: 30',
    'hooks:',
    ...(['beforeClient', 'afterClient'] as const).map(clientHookLine),
    'stop:',
    '  - { on: failed, percent: 8 %, minSample: 5, within: 240h, do: pause }',
    budgetsOf(active),
    ...deferrals,
    ladderOf(steps, true),
    '',
  ].join('\n');

/** Its hook stops every client; the second wave waits for all of the first one. */
const stoppedText = (name: StoppedName, steps: readonly string[]): string =>
  [
    `campaign: ${name}`,
    'release: sms-1.2-sp4',
    `select: { where: "group = ${name}" }`,
    'waves:',
    '  - { name: first, count: 4, gate: { settled: 100 %, failures: 100 %, minSample: 1 } }',
    '  - { name: rest, rest: true, gate: { failures: 100 %, minSample: 1 } }',
    'hooks:',
    clientHookLine('beforeClient'),
    'stop:',
    `  - { on: failed, percent: 20 %, minSample: 2, within: 240h, do: ${stoppedNames[name]} }`,
    'budgets: { active: 60, perLogonServer: 15 }',
    ...deferrals,
    ladderOf(steps, true),
    '',
  ].join('\n');

const plainText = (active: number, steps: readonly string[]): string =>
  [
    `campaign: ${campaignName}`,
    'release: sms-1.2-sp4',
    'waves:',
    '  - { name: canary, count: 10, gate: { settled: 50 %, failures: 100 %, minSample: 1 } }',
    '  - { name: rest, rest: true, gate: { failures: 100 %, minSample: 1 } }',
    budgetsOf(active),
    ...deferrals,
    ladderOf(steps, true),
    '',
  ].join('\n');

const scheduleText = (group: keyof typeof scheduleNames, steps: readonly string[]): string =>
  [
    `campaign: ${scheduleNames[group]}`,
    'release: sms-1.2-sp4',
    `select: { where: "group = ${group}" }`,
    'waves:',
    '  - { name: all, rest: true, gate: { failures: 100 %, minSample: 1 } }',
    `schedule: { cron: "0 */6 * * *", zone: UTC, missed: ${scheduleNames[group]} }`,
    'budgets: { active: 60, perLogonServer: 15 }',
    ...deferrals,
    ladderOf(steps, true),
    '',
  ].join('\n');
