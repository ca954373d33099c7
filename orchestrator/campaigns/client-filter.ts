import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Bucket, Counters } from '../../shared/domain/outcome/counters.ts';
import { rankBlockers } from '../../shared/domain/outcome/ranking.ts';
import { buckets, type StateGroup, statesIn } from '../../shared/domain/outcome/states.ts';
import type { WaitClass } from '../../shared/domain/rules/policy.ts';
import { waitWords } from '../../shared/domain/rules/wait-words.ts';
import { blockingOf, bucketOf } from '../../shared/domain/upgrade/count-upgrade.ts';
import { stuckSince } from '../../shared/domain/upgrade/waits.ts';
import type { MemberFound, MemberKind } from '../../shared/store/upgrade-store.ts';
import { causeInWords } from '../domain/spent-cause.ts';
import { clientReport, type ClientReport, type Reported } from '../views/report.ts';

/** How a blocker concerns a client: it alone blocks it now, it blocks it now, it was ever found. */
export type Blocking = 'alone' | 'now' | 'ever';

/** Which clients of a campaign are listed. A filter that is absent does not apply. */
export interface ClientFilter {
  /** A column of the status table, or several that are one number on a screen. */
  readonly state?: Bucket | StateGroup | undefined;
  readonly wave?: string | undefined;
  readonly server?: string | undefined;
  /** Part of the cause, of what the client waits for, or of the reason, in any case. */
  readonly cause?: string | undefined;
  /** The whole cause of the end of a client that failed or needs attention, as it is counted. */
  readonly causeIs?: string | undefined;
  readonly waitsFor?: WaitClass | undefined;
  /** The fingerprint of a blocker; `blocks` says how it concerns the client, by itself `now`. */
  readonly blocker?: string | undefined;
  readonly blocks?: Blocking | undefined;
  readonly relocation?: 'done' | 'undone' | undefined;
  /** Only clients on which the same service blocks the next release. */
  readonly willBlockAgain?: boolean | undefined;
  /** Only clients that have ended and still install at their next logon. */
  readonly marked?: boolean | undefined;
  /** Only clients that have waited at least so many milliseconds of policy time. */
  readonly stuck?: number | undefined;
  /** Only clients whose names begin so, in any case. */
  readonly prefix?: string | undefined;
}

/** What the filter asks for, in one order: `false` and an empty text ask for nothing. */
const askedIn = (filter: ClientFilter): readonly (readonly [keyof ClientFilter, string | number | true])[] =>
  (Object.keys(filter) as (keyof ClientFilter)[]).toSorted().flatMap((name) => {
    const value = filter[name];
    return value === undefined || value === false || value === '' ? [] : [[name, value] as const];
  });

/** The same for filters that let the same clients through. */
export const filterKey = (filter: ClientFilter): unknown =>
  askedIn({ ...filter, prefix: filter.prefix?.toLowerCase() });

/** Does anything but the names decide? */
export const isFiltered = (filter: ClientFilter): boolean =>
  askedIn(filter).some(([name]) => name !== 'prefix' && name !== 'blocks');

/** What only a client can be on which work has begun. */
const ofAdmitted: ReadonlySet<keyof ClientFilter> = new Set([
  'causeIs',
  'waitsFor',
  'blocker',
  'relocation',
  'willBlockAgain',
  'marked',
  'stuck',
]);

/** Of which kind of clients records are read: the others cannot be in the asked state. */
export function kindOf({ state: { status } }: Campaign, filter: ClientFilter): MemberKind | undefined {
  if (askedIn(filter).some(([name]) => ofAdmitted.has(name))) return 'admitted';
  if (filter.state === undefined) return undefined;
  if (filter.state === 'waiting') return 'waiting';
  const asked = statesIn(filter.state);
  const isOfBoth = asked.includes('waiting') || (asked.includes('cancelled') && status === 'aborted');
  return isOfBoth ? undefined : 'admitted';
}

/** What is said of a client; null = the filter does not let it through. */
export function reportIfAsked(
  campaign: Campaign,
  filter: ClientFilter,
  found: MemberFound,
  now: number,
): ClientReport | null {
  const reported: Reported =
    found.kind === 'waiting'
      ? { kind: 'waiting', ...found.pick }
      : { kind: 'admitted', upgrade: found.stored.upgrade };
  // Most clients are passed over by their state: what is said of a client takes longer.
  if (filter.state !== undefined && !statesIn(filter.state).includes(stateOf(campaign, reported)))
    return null;
  if (!isStuck(filter, reported, now) || !isBlockedSo(filter, reported)) return null;
  const report = clientReport(campaign, reported);
  return isPlaced(filter, report) && isBecause(filter, report) && isLeft(filter, report) ? report : null;
}

function stateOf({ state }: Campaign, reported: Reported): Bucket {
  if (reported.kind === 'admitted') return bucketOf(reported.upgrade);
  return state.status === 'aborted' ? 'cancelled' : 'waiting';
}

/** Has the client waited as long as was asked? One that waits for its turn is not stuck. */
function isStuck({ stuck }: ClientFilter, reported: Reported, now: number): boolean {
  if (stuck === undefined) return true;
  const since = reported.kind === 'waiting' ? null : stuckSince(reported.upgrade);
  return since !== null && now - since >= stuck;
}

function isBlockedSo({ blocker, blocks = 'now' }: ClientFilter, reported: Reported): boolean {
  if (blocker === undefined) return true;
  if (reported.kind === 'waiting') return false;
  const { upgrade } = reported;
  if (blocks === 'ever') return upgrade.memory.learned.seen.includes(blocker);
  const now = blockingOf(upgrade);
  return now.includes(blocker) && (blocks === 'now' || now.length === 1);
}

const isPlaced = ({ wave, server }: ClientFilter, report: ClientReport): boolean =>
  (wave === undefined || wave === report.wave) && (server === undefined || server === report.logonServer);

function isBecause({ cause, causeIs, waitsFor }: ClientFilter, report: ClientReport): boolean {
  const isFailure = report.end === 'failed' || report.end === 'needsAttention';
  if (causeIs !== undefined && !(isFailure && report.cause === causeIs)) return false;
  if (waitsFor !== undefined && report.waitsFor !== waitsFor) return false;
  if (cause === undefined) return true;
  const waits = report.waitsFor === null ? [] : [report.waitsFor, waitWords[report.waitsFor]];
  const text = [report.cause, report.reason, ...waits].join('\n');
  return text.toLowerCase().includes(cause.toLowerCase());
}

const isLeft = (
  { marked = false, willBlockAgain = false, relocation }: ClientFilter,
  report: ClientReport,
): boolean =>
  (!marked || report.stillMarked) &&
  (!willBlockAgain || report.willBlockAgain) &&
  (relocation === undefined || relocation === report.relocation);

/** How many clients the filter lets through, where the counters know; null = only reading tells. */
export function countedTotal(campaign: Campaign, counters: Counters, filter: ClientFilter): number | null {
  const asked = askedIn(filter).filter(([name]) => name !== 'blocks');
  const others = asked.filter(([name]) => name !== 'state' && name !== 'wave' && name !== 'server');
  const [only, more] = others;
  if (only === undefined) return countedByState(campaign, counters, filter);
  if (more !== undefined || others.length < asked.length) return null;
  const [name, value] = only;
  return countedBy(name, String(value), counters, filter.blocks);
}

function countedByState(
  { definition, state: { status } }: Campaign,
  counters: Counters,
  { wave, server, state }: ClientFilter,
): number {
  const isAborted = status === 'aborted';
  const asked: readonly string[] = state === undefined ? buckets : statesIn(state);
  const isAsked = (bucket: string): boolean =>
    asked.includes(isAborted && bucket === 'waiting' ? 'cancelled' : bucket);
  let total = 0;
  for (const [counter, count] of Object.entries(counters)) {
    const [kind, at = '', logonServer, bucket = ''] = counter.split('|');
    if (kind !== 'state' || !buckets.includes(bucket as Bucket) || !isAsked(bucket)) continue;
    if (wave !== undefined && definition.waves[Number(at)]?.name !== wave) continue;
    if (server !== undefined && logonServer !== server) continue;
    total += count;
  }
  return total;
}

function countedBy(
  name: keyof ClientFilter,
  value: string,
  counters: Counters,
  blocks: ClientFilter['blocks'] = 'now',
): number | null {
  switch (name) {
    case 'waitsFor':
      return counters[`deferred|${value}`] ?? 0;
    case 'relocation':
      return counters[`relocation|${value}`] ?? 0;
    case 'willBlockAgain':
      return counters['willBlockAgain'] ?? 0;
    case 'marked':
      return counters['endedMarked'] ?? 0;
    case 'blocker': {
      const ranked = rankBlockers(counters).find(({ blocker }) => blocker === value);
      const counted = { alone: ranked?.alone, now: ranked?.blocks, ever: ranked?.met };
      return counted[blocks] ?? 0;
    }
    case 'causeIs':
      return Object.entries(counters)
        .filter(([counter]) => counter.startsWith('cause|') && causeInWords(causeIn(counter)) === value)
        .reduce((sum, [, count]) => sum + count, 0);
    default:
      return null;
  }
}

/** `cause|wave|cause`, as `waveProgress` reads it. */
const causeIn = (counter: string): string => counter.split('|')[2] ?? '';
