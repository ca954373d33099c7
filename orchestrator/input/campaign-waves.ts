import type { z } from 'zod';

import type { Gate, Wave } from '../../shared/domain/campaign/definition.ts';
import { defaultGate, defaultWaves } from './campaign-defaults.ts';
import { across, count, field, list, section } from '../../shared/input/fields.ts';
import { id } from './names.ts';

/** The waves of a campaign file and the gates between them. */

/** `80 %`, `80%` or 80 as the number 80. */
export function readPercent(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  const found = /^(\d{1,3}(?:\.\d{1,6})?) ?%?$/.exec(value);
  return found === null ? undefined : Number(found[1]);
}

/** A share from `least` to 100 percent. A fraction such as 0.8 means 0.8 percent, never 80. */
export const percent = (least = 0) =>
  field(`a percentage from ${least} % to 100 %, such as 25 %`, (value) => {
    const share = readPercent(value);
    return share !== undefined && share >= least && share <= 100 ? share : undefined;
  });

export const gateSection = section({
  settled: percent().optional(),
  failures: percent().optional(),
  minSample: count(1, 1_000_000).optional(),
}).prefault({});

type GateInput = z.output<typeof gateSection>;

type Blame = (path: PropertyKey[], wrong: string, expected: string) => void;

const sizes = ['count', 'percent', 'rest'] as const;

const wave = across(
  section({
    name: id(),
    count: count(1, 10_000_000).optional(),
    percent: percent().optional(),
    rest: field('true', (value) => (value === true ? true : undefined)).optional(),
    gate: gateSection,
  }),
  oneSize,
);

export type WaveInput = z.output<typeof wave>;

function oneSize(value: Readonly<Record<string, unknown>>, blame: Blame): void {
  const given = sizes.filter((size) => Object.hasOwn(value, size) && value[size] !== undefined);
  const expected = 'one of count, percent or rest: true';
  if (given.length === 0) blame([], 'has no size', expected);
  if (given.length > 1) blame([], `has ${given.join(' and ')}`, expected);
  if (value['percent'] === 0) blame(['percent'], 'is 0 %', 'more than 0 %');
}

export const wavesSection = across(list(wave, 'a list of waves'), (waves, blame) => {
  if (!Array.isArray(waves)) return;
  if (waves.length === 0) blame([], 'is an empty list', 'at least one wave');
  restIsLast(waves, blame);
  namedOnce(waves, blame);
  atMostAll(waves, blame);
}).prefault(defaultWaves);

function restIsLast(waves: readonly WaveInput[], blame: Blame): void {
  for (const [index, each] of waves.entries()) {
    if (each?.rest !== true || index === waves.length - 1) continue;
    blame([index, 'rest'], 'is not in the last wave', 'at most one rest, in the last wave');
  }
}

function namedOnce(waves: readonly WaveInput[], blame: Blame): void {
  const names = waves.map((each) => (typeof each?.name === 'string' ? each.name.toLowerCase() : null));
  for (const [index, name] of names.entries()) {
    const first = names.indexOf(name);
    if (name === null || first === index) continue;
    blame([index, 'name'], `is "${waves[first]?.name}" again`, 'a name of its own for every wave');
  }
}

function atMostAll(waves: readonly WaveInput[], blame: Blame): void {
  let sum = 0;
  for (const [index, each] of waves.entries()) {
    const share = each?.percent;
    if (typeof share !== 'number') continue;
    sum += share;
    if (sum > 100) return blame([index, 'percent'], `brings the waves to ${sum} %`, 'at most 100 % together');
  }
}

/** The gate of the wave takes precedence over that of the campaign, which does over the default. */
export function toWave(input: WaveInput, campaignGate: GateInput): Wave {
  const pick = (key: keyof GateInput, fallback: number): number =>
    input.gate[key] ?? campaignGate[key] ?? fallback;
  const gate: Gate = {
    settledPercent: pick('settled', defaultGate.settledPercent),
    notOkPercent: pick('failures', defaultGate.notOkPercent),
    minSample: pick('minSample', defaultGate.minSample),
  };
  return { name: input.name, size: sizeOf(input), gate };
}

function sizeOf({ count: clients, percent: share }: WaveInput): Wave['size'] {
  if (clients !== undefined) return { count: clients };
  return share === undefined ? { rest: true } : { percent: share };
}
