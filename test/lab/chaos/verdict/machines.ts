import { halfMoved, inWords, releaseFaults, type ReportRow } from '../../expected.ts';
import type { ClientTruth, FleetTruth } from '../../fleet/truth.ts';
import { about, type Fault } from './line.ts';

/** Two drivers on one machine at once, or a change of an older driver after one of a newer. */
export const driverFaults = (truth: FleetTruth): readonly Fault[] =>
  truth.clients.flatMap((client) =>
    about(client.client, [...client.violations.map(inWords), ...olderAfterNewer(client)]),
  );

function olderAfterNewer({ journal }: ClientTruth): readonly string[] {
  return journal.flatMap(({ op, fence }, at) => {
    const before = journal[at - 1]?.fence;
    if (before === undefined || fence.counter > before.counter) return [];
    if (fence.counter === before.counter && fence.owner === before.owner) return [];
    return [`${op} by fence ${fence.counter} (${fence.owner}) after ${before.counter} (${before.owner})`];
  });
}

/**
 * A client that is reported as upgraded, or as current before anything was done, has the whole
 * release; and a client that has the whole release is reported so.
 */
export function evidenceFaults(truth: FleetTruth, rows: readonly ReportRow[]): readonly Fault[] {
  const ends = new Map(rows.map(({ client, end }) => [client, end]));
  return truth.clients.flatMap((client) => {
    const end = ends.get(client.client) ?? null;
    const missing = releaseFaults(client, truth.release);
    if (end === 'upgraded')
      return about(
        client.client,
        missing.map((what) => `reported upgraded: ${what}`),
      );
    const isSkipped = end === 'skipped';
    return missing.length > 0 || isSkipped
      ? []
      : about(client.client, [`has the whole release and is reported as ${end ?? 'not ended'}`]);
  });
}

export const halfMovedFaults = (truth: FleetTruth): readonly Fault[] =>
  truth.clients.flatMap((client) =>
    about(client.client, [
      ...halfMoved(client),
      ...(client.intent === null ? [] : [`an unfinished ${client.intent.kind} stands on it`]),
    ]),
  );

/** Calls that begin something on a client. */
const beginning = new Set<string>(['mark', 'runUpdate', 'restart', 'notify']);

/**
 * A pause in real time: from one second after it was acknowledged until the campaign was resumed.
 */
export interface PausedSpan {
  readonly from: number;
  readonly to: number;
}

/** Commands that began in a pause. What was begun before, such as a procedure, is finished. */
export const startsInPause = (truth: FleetTruth, spans: readonly PausedSpan[]): readonly Fault[] =>
  truth.clients.flatMap(({ client, journal }) =>
    journal
      .filter(
        ({ op, beganAt }) =>
          beginning.has(op) && spans.some(({ from, to }) => beganAt > from && beganAt < to),
      )
      .flatMap(({ op, beganAt }) =>
        about(client, [`${op} at ${new Date(beganAt).toISOString()}, in a pause`]),
      ),
  );
