import { coordinate } from './svg.ts';

/** A place of a drawing, in pixels. */
export type Place = readonly [x: number, y: number];

const placeOf = ([x, y]: Place): string => `${coordinate(x)},${coordinate(y)}`;

/** The path of a straight line from place to place; empty without a place. */
export const lineThrough = (places: readonly Place[]): string =>
  places.map((each, at) => `${at === 0 ? 'M' : 'L'}${placeOf(each)}`).join('');

/** The same in steps: each height holds until the next place. */
export const stepsThrough = (places: readonly Place[]): string =>
  places
    .map(([x, y], at) => (at === 0 ? `M${placeOf([x, y])}` : `H${coordinate(x)}V${coordinate(y)}`))
    .join('');

/** What lies between the steps and a height below them. */
export function areaBelow(places: readonly Place[], base: number): string {
  const [first] = places;
  return first === undefined ? '' : `${stepsThrough(places)}V${coordinate(base)}H${coordinate(first[0])}Z`;
}
