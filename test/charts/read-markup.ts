/** A piece of markup: a tag with its attributes, or a text as a reader sees it. */
export interface Piece {
  readonly tag: string | null;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

const unescaped = (text: string): string =>
  text.replaceAll(/&([^;\s]*);/g, (whole, name: string) => {
    const sign = named[name];
    if (sign === undefined) throw new Error(`${whole} is no entity that a chart writes`);
    return sign;
  });

/**
 * Reads markup strictly: every tag is closed in its order, attributes are quoted, and no sign of
 * markup stands in a text. Throws where that is not so.
 */
export function readMarkup(markup: string): readonly Piece[] {
  const pieces: Piece[] = [];
  const open: string[] = [];
  const form = /<\/([a-z]+)>|<([a-z]+)((?: [A-Za-z-]+="[^"<>]*")*)>|([^<>]+)/gy;
  for (let at = 0; at < markup.length; at = form.lastIndex) {
    form.lastIndex = at;
    const found = form.exec(markup);
    if (found === null) throw new Error(`no markup: ${markup.slice(at, at + 80)}`);
    const [, closed, tag, attributes = '', text] = found;
    if (closed !== undefined && open.pop() !== closed) throw new Error(`</${closed}> closes nothing`);
    if (tag !== undefined) {
      open.push(tag);
      const pairs = [...attributes.matchAll(/ ([A-Za-z-]+)="([^"]*)"/g)];
      const read = pairs.map(([, name = '', value = '']) => [name, unescaped(value)]);
      pieces.push({ tag, attributes: Object.fromEntries(read) as Record<string, string>, text: '' });
    }
    if (text !== undefined) pieces.push({ tag: open.at(-1) ?? null, attributes: {}, text: unescaped(text) });
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join(', ')}`);
  return pieces;
}

/** The texts that stand in elements of this name. */
export const textsIn = (markup: string, tag: string): readonly string[] =>
  readMarkup(markup).flatMap((piece) => (piece.tag === tag && piece.text !== '' ? [piece.text] : []));

/** The attributes of the elements whose class begins so. */
export const ofClass = (markup: string, kind: string): readonly Piece['attributes'][] =>
  readMarkup(markup)
    .filter(({ attributes }) => attributes['class']?.split(' ').includes(kind))
    .map(({ attributes }) => attributes);
