import type { Bucket } from '../../shared/domain/outcome/counters.ts';
import { type States, sizeOf } from '../../shared/domain/outcome/states.ts';
import { coordinate, element, type Markup } from './svg.ts';

/**
 * The order in which a bar shows states: what is finished first, so that the bar is also one of
 * progress, and what has not begun last.
 */
export const stateOrder: readonly Bucket[] = [
  'upgraded',
  'alreadyCurrent',
  'failed',
  'needsAttention',
  'excluded',
  'skipped',
  'cancelled',
  'active',
  'restarting',
  'remedying',
  'deferred',
  'waiting',
];

/** A second sign beside the colour, for readers who do not tell colours apart, and for print. */
const textures: Readonly<Partial<Record<Bucket, 'rising' | 'crossed' | 'dotted' | 'falling'>>> = {
  alreadyCurrent: 'rising',
  failed: 'falling',
  needsAttention: 'crossed',
  restarting: 'rising',
  remedying: 'crossed',
  deferred: 'dotted',
  skipped: 'rising',
  cancelled: 'falling',
};

const drawings: Readonly<Record<'rising' | 'crossed' | 'dotted' | 'falling', string>> = {
  rising: 'M-1,7L7,-1M-1,1L1,-1M5,7L7,5',
  falling: 'M-1,-1L7,7M5,-1L7,1M-1,5L1,7',
  crossed: 'M0,3H6M3,0V6',
  dotted: 'M2,3H4',
};

/** Definitions that bars of states need, once in each chart. */
export const textureDefinitions = (id: string): Markup =>
  element(
    'defs',
    {},
    ...Object.entries(drawings).map(([name, path]) =>
      element(
        'pattern',
        { id: `${id}-${name}`, width: 6, height: 6, patternUnits: 'userSpaceOnUse' },
        element('path', { class: 'texture', d: path }),
      ),
    ),
  );

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A box in the colour and with the texture of a state. */
export function stateBox(id: string, state: Bucket, box: Box): Markup {
  const at = { x: box.x, y: box.y, width: box.width, height: box.height };
  const texture = textures[state];
  const plain = element('rect', { class: `mark mark-${state}`, ...at });
  return texture === undefined ? plain : plain + element('rect', { fill: `url(#${id}-${texture})`, ...at });
}

/** So wide is what is there at all: one failure among a million clients is seen. */
const leastWidth = 3;

/** The widths of the states in a bar, in pixels, in their order, without states without clients. */
export function widthsOf(states: States, width: number): ReadonlyMap<Bucket, number> {
  const size = sizeOf(states);
  const present = stateOrder.filter((state) => states[state] > 0);
  if (!(size > 0)) return new Map();
  const wanted = present.map((state) => Math.max(leastWidth, (states[state] / size) * width));
  const over = wanted.reduce((sum, each) => sum + each, 0) - width;
  const spare = wanted.reduce((sum, each) => sum + each - leastWidth, 0);
  const factor = spare > 0 ? Math.max(0, 1 - over / spare) : 0;
  return new Map(
    present.map((state, at) => [state, leastWidth + ((wanted[at] ?? leastWidth) - leastWidth) * factor]),
  );
}

/** A bar with one box for each state that has clients. */
export function stateBar(id: string, states: States, box: Box): Markup {
  let x = box.x;
  const boxes = [...widthsOf(states, box.width)].map(([state, width]) => {
    const drawn = stateBox(id, state, { x, y: box.y, width: Math.max(1, width - 1), height: box.height });
    x += width;
    return drawn;
  });
  const frame = `M${coordinate(box.x)},${coordinate(box.y)}h${coordinate(box.width)}v${coordinate(box.height)}h${coordinate(-box.width)}z`;
  return element('path', { class: 'empty-bar', d: frame }) + boxes.join('');
}
