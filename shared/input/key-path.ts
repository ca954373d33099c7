import { show, wholeFile } from './input-fault.ts';

/** Where in a file a value stands: key names and list positions from the outside in. */
export type KeyPath = readonly PropertyKey[];

const plainWord = /^[A-Za-z0-9_-]{1,60}$/;

/**
 * `waves[0].gate.settled`. Keys that are no plain words are quoted and shortened: the file chose
 * them.
 */
export const keyText = (path: KeyPath): string =>
  path.length === 0 ? wholeFile : path.map(segment).join('').replace(/^\./, '');

const segment = (part: PropertyKey): string => {
  if (typeof part === 'number') return `[${part}]`;
  const name = String(part);
  return plainWord.test(name) ? `.${name}` : `.${show(name)}`;
};
