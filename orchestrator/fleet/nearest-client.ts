import { nearest } from '../../shared/input/nearest.ts';
import type { FleetStore } from '../../shared/store/fleet-store.ts';

/** No longer name is looked for: the number of names that are near grows with the length. */
const charactersAtMost = 40;

/**
 * The client of the fleet whose name is one slip away from the typed one, or the same but for
 * zeros before its number. Asks for these names alone, some thousands at most, however many clients
 * the fleet has.
 */
export async function nearestClient(
  store: Pick<FleetStore, 'spellings'>,
  typed: string,
): Promise<string | null> {
  if (typed.length > charactersAtMost) return null;
  const name = typed.toLowerCase();
  const near = (await store.spellings([...new Set([...oneSlip(name), ...otherZeros(name)])])).flat();
  return nearest(typed, near) ?? near[0] ?? null;
}

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789-_'.split('');

/** Names with one character more, less or another one, and with two that changed places. */
function* oneSlip(name: string): Generator<string> {
  for (let at = 0; at <= name.length; at += 1) {
    const [before, after] = [name.slice(0, at), name.slice(at)];
    for (const letter of letters) yield `${before}${letter}${after}`;
    if (after === '') continue;
    yield `${before}${after.slice(1)}`;
    for (const letter of letters) yield `${before}${letter}${after.slice(1)}`;
    if (after.length > 1) yield `${before}${after[1] ?? ''}${after[0] ?? ''}${after.slice(2)}`;
  }
}

const digitsAtMost = 8;

/** `pc-17` and `pc17` may be `pc-0017`. */
function* otherZeros(name: string): Generator<string> {
  const [, stem, digits] = /^(.*?)[-_]?(\d{1,8})$/.exec(name) ?? [];
  if (stem === undefined || digits === undefined || stem === '') return;
  const number = String(Number(digits));
  for (let width = number.length; width <= digitsAtMost; width += 1)
    for (const between of ['', '-', '_']) yield `${stem}${between}${number.padStart(width, '0')}`;
}
