import { isFailure, isFinished } from '../../shared/domain/outcome/ending.ts';
import { type EqualReason, EqualReasons } from '../views/equal-reasons.ts';
import type { ClientReport } from '../views/report.ts';
import type { ProgressPoint } from '../charts/progress-data.ts';
import { TimeHistogram } from './time-histogram.ts';

/** A report names every client up to so many; the list of more is a file of its own. */
export const listedAtMost = 5_000;

/** What a report says of all clients, from one pass over them. */
export interface Tallied {
  readonly finished: readonly ProgressPoint[];
  /** Failed or needs attention, by reason. */
  readonly exceptions: readonly EqualReason[];
  /** Upgraded, and not healthy when looked at again. */
  readonly unhealthy: readonly EqualReason[];
  /** Excluded, skipped or cancelled, by reason. */
  readonly leftOut: readonly EqualReason[];
  /** Every client, by wave and name; null = there are more than `listedAtMost`. */
  readonly clients: readonly ClientReport[] | null;
}

/** Takes clients in any order and number, and keeps a bounded part of them. */
export async function tallyOf(
  clients: AsyncIterable<ClientReport>,
  waves: readonly string[],
): Promise<Tallied> {
  const [exceptions, unhealthy, leftOut] = [new EqualReasons(), new EqualReasons(), new EqualReasons()];
  const times = new TimeHistogram();
  let kept: ClientReport[] | null = [];
  for await (const client of clients) {
    const { end, settledAt, health } = client;
    if (settledAt !== null && end !== null && isFinished(end)) times.add(Date.parse(settledAt));
    if (end !== null && isFailure(end)) exceptions.add(client);
    if (end === 'excluded' || end === 'skipped' || end === 'cancelled') leftOut.add(client);
    if (health?.kind === 'unhealthy') unhealthy.add(client);
    kept?.push(client);
    if (kept !== null && kept.length > listedAtMost) kept = null;
  }
  const place = new Map(waves.map((wave, at) => [wave, at]));
  const placeOf = ({ wave }: ClientReport): number => place.get(wave) ?? waves.length;
  return {
    finished: times.points(),
    exceptions: exceptions.ranked(),
    unhealthy: unhealthy.ranked(),
    leftOut: leftOut.ranked(),
    clients: kept?.sort((a, b) => placeOf(a) - placeOf(b) || (a.client < b.client ? -1 : 1)) ?? null,
  };
}
