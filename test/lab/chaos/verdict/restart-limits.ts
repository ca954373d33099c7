import type { FleetTruth } from '../../fleet/truth.ts';
import type { RawRecord } from '../walk.ts';
import type { Stories } from './audit.ts';
import { type Fault, general } from './line.ts';
import { committedAt, wasOnItsWay } from './machines.ts';
import { realTimeOf } from './real-time.ts';
import { mostAtOnce } from './server-limits.ts';

/** A client whose restart was ordered and not proved, from one moment to another. */
export interface Restarting {
  readonly client: string;
  readonly from: number;
  readonly to: number;
}

/** A place in which restarts are limited, and how many are allowed in it at once. */
export interface LimitedPlace {
  readonly name: string;
  readonly most: number;
}

interface Excuses {
  /** Outages of single processes. */
  readonly frozen: Parameters<typeof wasOnItsWay>[1];
  readonly mayForget: (at: number) => boolean;
}

/**
 * Restarts as the machines know them, in lab time: from the order until the machine is up again. An
 * order does not count that a frozen worker sent when nothing could hold it back, nor one whose
 * commit Redis has lost.
 */
export const restartsOfMachines = (
  truth: FleetTruth,
  stories: Stories,
  { frozen, mayForget }: Excuses,
): readonly Restarting[] =>
  truth.clients.flatMap(({ client, restarts, journal }) =>
    restarts.flatMap(({ at, upAt }): Restarting[] => {
      const order = journal.find((entry) => entry.op === 'restart' && entry.at === at);
      const begun =
        order === undefined
          ? null
          : {
              client,
              op: order.op,
              beganAt: order.beganAt,
              committedAt: committedAt(order, stories.get(client) ?? []),
            };
      const isExcused = begun !== null && (mayForget(begun.beganAt) || wasOnItsWay(begun, frozen));
      return upAt === undefined || isExcused ? [] : [{ client, from: at, to: upAt }];
    }),
  );

const restarting = new Set(['ordering', 'restarting']);

/**
 * Restarts as the audit tells them, in real time: from the commit of the order until the client is
 * in another state for the first time.
 */
export const restartsInAudit = (stories: Stories): readonly Restarting[] =>
  [...stories].flatMap(([client, story]) => {
    const spans: Restarting[] = [];
    let from: number | null = null;
    for (const entry of story) {
      if (entry.to === 'ordering') from ??= realTimeOf(entry);
      if (from === null || restarting.has(entry.to)) continue;
      spans.push({ client, from, to: realTimeOf(entry) });
      from = null;
    }
    return spans;
  });

/** At no time more clients are in a restart than the limit of each of their places allows. */
export function restartFaults(
  restarts: readonly Restarting[],
  placesOf: (client: string) => readonly LimitedPlace[],
): readonly Fault[] {
  const byPlace = new Map<string, { readonly most: number; readonly spans: Restarting[] }>();
  for (const span of restarts)
    for (const { name, most } of placesOf(span.client)) {
      const place = byPlace.get(name) ?? { most, spans: [] };
      byPlace.set(name, place);
      place.spans.push(span);
    }
  return general(
    [...byPlace].flatMap(([name, { most, spans }]) => {
      const found = mostAtOnce(spans);
      return found > most ? [`${found} clients of ${name} restarted at once, the limit is ${most}`] : [];
    }),
  );
}

/** Clients of one moment whose record says that a restart is open, by Redis read raw. */
export function openRestartFaults(records: readonly RawRecord[], perLogonServer: number): readonly Fault[] {
  const open = records.filter(
    ({ index, upgrade }) => index !== 'settled' && upgrade.memory.open.restart !== null,
  );
  return general(
    [...Map.groupBy(open, ({ fields }) => fields['g'] ?? '')]
      .filter(([, own]) => own.length > perLogonServer)
      .map(
        ([server, own]) =>
          `${own.length} restarts of ${server} are open, the limit of the campaign is ${perLogonServer}`,
      ),
  );
}
