/** A value that is not the same in two plain trees; undefined = the tree does not have it. */
export interface ValueDifference {
  /** The keys on the way to it. */
  readonly path: readonly string[];
  readonly before: unknown;
  readonly after: unknown;
}

/**
 * What differs between two trees of plain values, in the order of their keys. A list is one value.
 * The order of keys does not matter, and a key without a value counts as missing.
 */
export function valueDifferences(
  before: unknown,
  after: unknown,
  path: readonly string[] = [],
): readonly ValueDifference[] {
  if (isGroup(before) && isGroup(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => valueDifferences(before[key], after[key], [...path, key]));
  }
  return isSame(before, after) ? [] : [{ path, before, after }];
}

/** Whether two trees of plain values say the same. */
export const isSame = (a: unknown, b: unknown): boolean => {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((each, at) => isSame(each, b[at]));
  if (isGroup(a) && isGroup(b)) return valueDifferences(a, b).length === 0;
  return Object.is(a, b);
};

const isGroup = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
