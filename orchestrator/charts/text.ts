import { element, escaped, type Markup } from './svg.ts';

const wide =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60]|\p{Extended_Pictographic}/u;
const narrow = /[ijltfrI.,:;'|!()[\]/ ]/;
const broad = /[MWmw@%A-Z]/;

/**
 * About how wide a text is in a system font of 12 pixels. There is no document to measure in, so
 * it is rather too wide than too narrow.
 */
export function widthOf(text: string): number {
  let width = 0;
  for (const sign of text)
    width += wide.test(sign) ? 13 : broad.test(sign) ? 9.4 : narrow.test(sign) ? 4.6 : 7.6;
  return width;
}

/** The text, or as much of its beginning as fits, with an ellipsis. */
export function clipped(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  let used = widthOf('…');
  for (const sign of text) {
    used += widthOf(sign);
    if (used > width) break;
    kept += sign;
  }
  return `${kept.trimEnd()}…`;
}

export interface Label {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly kind?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
}

/** A text of the drawing; `y` is its base line. */
export const label = ({ x, y, text, kind, anchor = 'start' }: Label): Markup =>
  element(
    'text',
    { x, y, class: kind, 'text-anchor': anchor === 'start' ? undefined : anchor },
    escaped(text),
  );

/** What a sign of a drawing means, and how it is drawn in a box of 18 by 10 pixels. */
export interface LegendItem {
  readonly text: string;
  readonly sign: (x: number, y: number) => Markup;
}

const [signWidth, gap, lineHeight] = [18, 18, 20];

/** The items in as many lines as the width needs. */
export function legend(items: readonly LegendItem[], width: number, top: number) {
  let [x, y] = [0, top];
  const drawn = items.map(({ text, sign }) => {
    const shown = clipped(text, width - signWidth - 8);
    const needed = signWidth + 6 + widthOf(shown);
    if (x > 0 && x + needed > width) [x, y] = [0, y + lineHeight];
    const markup = `${sign(x, y + 3)}${label({ x: x + signWidth + 6, y: y + 12, text: shown })}`;
    x += needed + gap;
    return markup;
  });
  return { markup: drawn.join(''), height: items.length === 0 ? 0 : y - top + lineHeight };
}
