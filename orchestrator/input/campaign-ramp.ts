import type { z } from 'zod';
import { across, list, section } from '../../shared/input/fields.ts';
import type { Blame } from './campaign-criteria.ts';
import { percent } from './campaign-gates.ts';
import { id } from './names.ts';

/** `waves: { ramp: [1 %, 5 %, 25 %, 100 %] }`: waves by growing shares of all selected clients. */

export const rampSection = across(
  section({
    ramp: list(percent(), 'a list of growing percentages, such as [1 %, 5 %, 25 %, 100 %]'),
    names: list(id(), 'a list of names, one for each percentage').optional(),
  }),
  ({ ramp, names }, blame) => {
    const isFit = Array.isArray(ramp) && ramp.every((share) => typeof share === 'number');
    if (isFit) growsToAll(ramp, blame);
    if (Array.isArray(names) && Array.isArray(ramp)) fitRamp(names, ramp.length, blame);
  },
);

function growsToAll(ramp: readonly number[], blame: Blame): void {
  if (ramp.length === 0) return blame(['ramp'], 'is an empty list', 'at least 100 %');
  const stuck = ramp.findIndex((share, index) => share <= (ramp[index - 1] ?? 0));
  const before = ramp[stuck - 1];
  if (stuck >= 0)
    return blame(
      ['ramp', stuck],
      before === undefined ? `is ${ramp[stuck]} %` : `is ${ramp[stuck]} % after ${before} %`,
      `more than ${before ?? 0} %: each share counts the clients of all waves up to it`,
    );
  if (ramp.at(-1) !== 100)
    blame(
      ['ramp', ramp.length - 1],
      `is ${ramp.at(-1)} %, and no wave takes the other clients`,
      '100 % as the last share',
    );
}

function fitRamp(names: readonly unknown[], length: number, blame: Blame): void {
  if (names.length !== length)
    blame(['names'], `is a list of ${names.length}`, `${length} names, one for each percentage`);
  const known = names.map((name) => (typeof name === 'string' ? name.toLowerCase() : null));
  for (const [index, name] of known.entries()) {
    const first = known.indexOf(name);
    if (name === null || first === index) continue;
    blame(['names', index], `is "${String(names[first])}" again`, 'a name of its own for every wave');
  }
}

/** Each wave takes what its share is more than the one before; the last takes all others. */
export const wavesOfRamp = ({ ramp, names }: z.output<typeof rampSection>) =>
  ramp.map((share, index) => ({
    name: names?.[index] ?? `ramp-${index + 1}`,
    ...(index === ramp.length - 1
      ? { rest: true as const }
      : { percent: withoutNoise(share - (ramp[index - 1] ?? 0)) }),
    gate: {},
  }));

/** A percentage has six decimals at most: 0.8 - 0.1 is 0.7, and not a little more. */
const withoutNoise = (share: number): number => Math.round(share * 1e6) / 1e6;
