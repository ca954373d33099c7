import { visible } from '../../shared/visible-text.ts';

/** Markup that is ready. Text becomes markup only through `element` and `escaped`. */
export type Markup = string;

type Attributes = Readonly<Record<string, string | number | undefined>>;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A text as markup that shows exactly this text, in an element or between quotes. */
export const escaped = (text: string): Markup =>
  visible(text.toWellFormed()).replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? sign);

/** A coordinate, to a tenth of a pixel. What is no finite number is drawn at 0. */
export const coordinate = (value: number): string =>
  Number.isFinite(value) ? String(Math.round(value * 10) / 10 + 0) : '0';

/** An element of SVG or HTML. Attributes without a value are left out. */
export function element(name: string, attributes: Attributes, ...content: readonly Markup[]): Markup {
  const head = Object.entries(attributes)
    .flatMap(([key, value]) =>
      value === undefined
        ? []
        : [` ${key}="${typeof value === 'number' ? coordinate(value) : escaped(value)}"`],
    )
    .join('');
  return `<${name}${head}>${content.join('')}</${name}>`;
}

/** What each chart is given besides its data. */
export interface ChartFrame {
  /** Unique in the document: the title and the description are found by it. */
  readonly id: string;
  /** Of the drawing, in pixels: the signs keep their size, so a narrow chart is drawn narrow. */
  readonly width: number;
}

/**
 * The outermost element of a chart. A screen reader says the title and the description, and nothing
 * of the drawing.
 */
export function chartOf(
  { id, width }: ChartFrame,
  { height, title, description }: { height: number; title: string; description: string },
  ...content: readonly Markup[]
): Markup {
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      class: 'chart',
      role: 'img',
      'aria-labelledby': `${id}-title ${id}-desc`,
      viewBox: `0 0 ${coordinate(width)} ${coordinate(height)}`,
      width,
      height,
    },
    element('title', { id: `${id}-title` }, escaped(title)),
    element('desc', { id: `${id}-desc` }, escaped(description)),
    ...content,
  );
}

/** 11930 -> `11,930`; what is no finite number is a dash. */
export const count = (value: number): string =>
  Number.isFinite(value) ? value.toLocaleString('en-US') : '–';

/** How many of a hundred, rounded down: 100 only when nothing is left. */
export const percent = (part: number, whole: number): number =>
  whole > 0 && Number.isFinite(part) ? Math.floor((Math.min(part, whole) * 100) / whole) : 0;
