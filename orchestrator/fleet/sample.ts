import { hash } from 'node:crypto';
import { readAtMost } from '../lists/page.ts';
import type { FleetStore } from '../../shared/store/fleet-store.ts';

export interface Sample {
  readonly clients: readonly string[];
  readonly total: number;
}

const namesAtPlace = 256;
const places = Math.floor(readAtMost / namesAtPlace);

/**
 * Draws this many clients by chance of the seed. The same seed gives the same clients until clients
 * come or go; in a small fleet also when it was made in another order. Reads at most 20,000 clients
 * in a fleet of any size, so a caller who sees few of a large fleet may get fewer than asked for.
 */
export async function sampleOf(
  store: Pick<FleetStore, 'drawNames' | 'fleetSize'>,
  count: number,
  seed: string,
): Promise<Sample> {
  const draws = Array.from({ length: places }, (_, at) => numberOf(`${seed}\n${String(at)}`));
  const [total, drawn] = await Promise.all([store.fleetSize(), store.drawNames(draws)]);
  const groups = drawn.isWhole ? [drawn.places.flat()] : drawn.places;
  const inOrder = groups.map((names) =>
    names.map((client) => ({ client, draw: drawOf(seed, client) })).sort(byDraw),
  );
  // One of each place, then a second one of each: neighbours are often of one site.
  const ranked = inOrder.flatMap((group, place) => group.map((each, rank) => ({ ...each, rank, place })));
  const clients = ranked.sort((a, b) => a.rank - b.rank || a.place - b.place).slice(0, count);
  return { clients: clients.map(({ client }) => client), total };
}

const drawOf = (seed: string, client: string): string => hash('sha256', `${seed}\n${client}`);

/** A whole number below 2^32 that follows from the text. */
const numberOf = (text: string): number => Number.parseInt(hash('sha256', text).slice(0, 8), 16);

const byDraw = (a: { readonly draw: string }, b: { readonly draw: string }): number =>
  a.draw < b.draw ? -1 : 1;
