import { isScalar, type Node } from 'yaml';

/**
 * Where a character of a text value stands in the file: its offset, or that of the value where an
 * escape sequence hides the place. Null for a node that is no text.
 * @param source the whole file
 * @param at the character of the value, from 0; its length means the end
 */
export function offsetInSource(source: string, node: Node | undefined, at: number): number | null {
  if (!isScalar(node) || typeof node.value !== 'string' || !node.range) return null;
  const [start, end] = node.range;
  return offsetOf(source.slice(0, end), textStart(source, start, node.type), node.value, at) ?? start;
}

/** The text begins behind a quotation mark, or below the header of a block (`>-`). */
function textStart(source: string, start: number, type: string | undefined): number {
  if (type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE') return start + 1;
  return type?.startsWith('BLOCK') === true ? source.indexOf('\n', start) + 1 : start;
}

/**
 * Walks the value and its source in step. Lines of the source are folded: white space of the source
 * may be one blank of the value, or nothing.
 */
function offsetOf(source: string, start: number, value: string, at: number): number | null {
  let offset = start;
  for (let index = 0; index < value.length; index += 1) {
    while (isBlank(source[offset]) && !isSame(source[offset], value[index])) offset += 1;
    if (!isSame(source[offset], value[index])) return null;
    if (index === at) return offset;
    offset += 1;
  }
  return offset;
}

const isBlank = (char: string | undefined): boolean => char !== undefined && /\s/.test(char);

const isSame = (found: string | undefined, wanted: string | undefined): boolean =>
  found === wanted || (isBlank(found) && isBlank(wanted));
