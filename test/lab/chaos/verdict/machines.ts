import { halfMoved, inWords, type Policy, releaseFaults, type ReportRow, verdict } from '../../expected.ts';
import type { ClientTruth, FleetTruth } from '../../fleet/truth.ts';
import type { JournalEntry } from '../../../../orchestrator/simulation/machines/machine.ts';
import type { Entry } from '../../operator.ts';
import type { Outages } from '../outages.ts';
import { committedAs, type Stories } from './audit.ts';
import { about, type Fault, general } from './line.ts';

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
    if (end === 'upgraded' || end === 'alreadyCurrent')
      return about(
        client.client,
        missing.map((what) => `reported as ${end}: ${what}`),
      );
    return missing.length > 0 || end === 'excluded'
      ? []
      : about(client.client, [`has the whole release and is reported as ${end ?? 'not ended'}`]);
  });
}

/** Clients that did not end as their trait and the policy demand. */
export function endFaults(truth: FleetTruth, rows: readonly ReportRow[], policy: Policy): readonly Fault[] {
  const names = new Set(truth.clients.map(({ client }) => client));
  return verdict(truth, rows, policy).map((what) => {
    const client = /^[^\s:(]+/.exec(what)?.[0] ?? '';
    return names.has(client)
      ? { client, what: what.slice(client.length).trim() }
      : (general([what])[0] ?? { client: null, what });
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

/** A command that began something, and when its driver had committed it (real time). */
export interface Begun {
  readonly client: string;
  readonly op: JournalEntry['op'];
  readonly committedAt: number;
  readonly beganAt: number;
}

/** Commands that began in a pause. What was begun before, such as a procedure, is finished. */
export const begunInPause = (
  truth: FleetTruth,
  stories: Stories,
  spans: readonly PausedSpan[],
): readonly Begun[] =>
  truth.clients.flatMap(({ client, journal }) =>
    journal
      .filter(
        ({ op, beganAt }) =>
          beginning.has(op) && spans.some(({ from, to }) => beganAt > from && beganAt < to),
      )
      .map((entry) => ({
        client,
        op: entry.op,
        committedAt: committedAt(entry, stories.get(client) ?? []),
        beganAt: entry.beganAt,
      })),
  );

/** Real time. -Infinity when the driver never committed it; another invariant finds that. */
export function committedAt({ op, fence, beganAt }: JournalEntry, story: readonly Entry[]): number {
  const commit = story.findLast(
    ({ id, who, to }) =>
      who === `worker ${fence.owner}` && to === committedAs[op] && realTimeOf(id) <= beganAt + slackMs,
  );
  return commit === undefined ? Number.NEGATIVE_INFINITY : realTimeOf(commit.id);
}

const realTimeOf = (id: string): number => Number(id.split('-')[0]);

/** Clocks of Redis and of the lab agree to the millisecond, but a loaded machine delays signals. */
const slackMs = 500;

/**
 * Did the process of the driver freeze between its commit and its command? The command has left
 * the driver's hands then, and nothing can hold it back: only the client could refuse it, and it
 * does as soon as a newer driver has changed something there.
 */
export const wasOnItsWay = (
  { committedAt: from, beganAt }: Begun,
  frozen: Iterable<Pick<Outages, 'fills'>>,
): boolean => [...frozen].some((outages) => outages.fills(from, beganAt, slackMs));

export const pauseFaults = (begun: readonly Begun[]): readonly Fault[] =>
  begun.flatMap(({ client, op, beganAt }) =>
    about(client, [`${op} at ${new Date(beganAt).toISOString()}, in a pause`]),
  );
