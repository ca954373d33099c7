import type { z } from 'zod';

import type { Wave } from '../../shared/domain/campaign/definition.ts';
import { defaultWaves } from './campaign-defaults.ts';
import { type GateInput, gateSection, healthSection, percent, toGate } from './campaign-gates.ts';
import { rampSection, wavesOfRamp } from './campaign-ramp.ts';
import { across, count, either, field, list, section } from '../../shared/input/fields.ts';
import { type Blame, criterionKeys, exactlyOne, toCriterion } from './campaign-criteria.ts';
import { id } from './names.ts';

/** The waves of a campaign file and the gates between them. */

const sizes = ['count', 'percent', 'rest', ...Object.keys(criterionKeys)];

const wave = across(
  section({
    name: id(),
    count: count(1, 10_000_000).optional(),
    percent: percent().optional(),
    rest: field('true', (value) => (value === true ? true : undefined)).optional(),
    ...criterionKeys,
    gate: gateSection,
    health: healthSection.optional(),
  }),
  oneSize,
);

export type WaveInput = z.output<typeof wave>;

function oneSize(value: Readonly<Record<string, unknown>>, blame: Blame): void {
  exactlyOne(value, sizes, blame, [
    'takes no clients',
    'one of count, percent, rest: true, clients, logonServers or where',
  ]);
  if (value['percent'] === 0) blame(['percent'], 'is 0 %', 'more than 0 %');
}

const waveList = across(list(wave, 'a list of waves, or a ramp of percentages'), (waves, blame) => {
  if (!Array.isArray(waves)) return;
  if (waves.length === 0) blame([], 'is an empty list', 'at least one wave');
  restIsLast(waves, blame);
  namedOnce(waves, blame);
  atMostAll(waves, blame);
  nothingAfterLast(waves, blame);
  healthOfWaveBefore(waves, blame);
});

/** Waves one by one, or a ramp in one line. */
export const wavesSection = either(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  rampSection.transform((ramp): readonly WaveInput[] => wavesOfRamp(ramp)),
  waveList,
).prefault(defaultWaves);

/** The gate of the last wave opens nothing, so it has nothing to wait for. */
function nothingAfterLast(waves: readonly WaveInput[], blame: Blame): void {
  const last = waves.length - 1;
  for (const key of ['soak', 'approval', 'health'] as const)
    if (isAsked(waves[last]?.gate?.[key]))
      blame([last, 'gate', key], 'is asked of the last wave', 'a wave that another one follows');
}

const isAsked = (value: unknown): boolean => value !== undefined && value !== false && value !== null;

/** `health` on a wave is that of the wave before it, and belongs to its gate. */
function healthOfWaveBefore(waves: readonly WaveInput[], blame: Blame): void {
  for (const [index, each] of waves.entries()) {
    if (each?.health === undefined) continue;
    if (index === 0) blame([0, 'health'], 'is asked of the first wave', 'a wave that follows another one');
    else if (isAsked(waves[index - 1]?.gate?.health))
      blame([index, 'health'], 'is in the gate of the wave before, too', 'health in one of the two places');
  }
}

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

export const toWave = (input: WaveInput, ofCampaign: GateInput, next: WaveInput | undefined): Wave => ({
  name: input.name,
  size: sizeOf(input),
  gate: toGate(next?.health === undefined ? input.gate : { ...input.gate, health: next.health }, ofCampaign),
});

function sizeOf({ count: clients, percent: share, ...criterion }: WaveInput): Wave['size'] {
  if (clients !== undefined) return { count: clients };
  return share === undefined ? (toCriterion(criterion) ?? { rest: true }) : { percent: share };
}
