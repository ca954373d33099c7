import type { Entry } from '../../operator.ts';
import type { RawRecord } from '../walk.ts';
import type { Stories } from './audit.ts';
import { type Fault, general } from './line.ts';
import { realTimeOf } from './real-time.ts';

/** A rule that counts failed clients, as a file of the run says it. */
export interface FailedRule {
  readonly percent: number;
  readonly minSample: number;
  readonly withinMs: number;
}

/** The rules in force from a moment on (real time). */
export interface RulesInForce {
  readonly from: number;
  readonly failed: readonly FailedRule[];
  readonly sameCause: readonly { readonly clients: number; readonly withinMs: number }[];
}

export interface StopEvidence {
  readonly campaign: string;
  readonly entries: readonly Entry[];
  readonly stories: Stories;
  readonly records: readonly RawRecord[];
  readonly rules: readonly RulesInForce[];
  /** Policy milliseconds in a real millisecond. */
  readonly speed: number;
  /** Real time for which a due stop may wait for a leader. */
  readonly patienceMs: number;
}

const hourMs = 3_600_000;

/** Reads the rules of a campaign file of this run. */
export function rulesIn(text: string): Omit<RulesInForce, 'from'> {
  const failed = [
    ...text.matchAll(/on: failed, percent: (\d+) %, minSample: (\d+), within: (\d+)h, do: \w+/g),
  ].map(([, percent, minSample, hours]) => ({
    percent: Number(percent),
    minSample: Number(minSample),
    withinMs: Number(hours) * hourMs,
  }));
  const sameCause = [...text.matchAll(/sameCause: (\d+), within: (\d+)h, do: pause/g)].map(
    ([, clients, hours]) => ({
      clients: Number(clients),
      withinMs: Number(hours) * hourMs,
    }),
  );
  return { failed, sameCause };
}

/** When each client failed, or ended well; and when anything at all was done about a client. */
interface Facts {
  readonly failed: readonly Fact[];
  readonly ended: readonly Fact[];
  readonly touched: readonly Fact[];
}

interface Fact {
  readonly client: string;
  readonly at: number;
  readonly real: number;
}

const bad = new Set(['failed', 'needsAttention']);
const good = new Set(['upgraded', 'alreadyCurrent']);

function factsIn({ stories, records }: StopEvidence): Facts {
  const facts = { failed: [] as Fact[], ended: [] as Fact[], touched: [] as Fact[] };
  for (const { client, upgrade } of records) {
    const own = (stories.get(client) ?? []).map((entry) => ({
      entry,
      fact: { client, at: entry.at, real: realTimeOf(entry) },
    }));
    // The hook after a client has entries of its own while the client stays settled.
    const last = own.findLast(({ entry: { from, to } }) => to === 'settled' && from !== 'settled');
    const end = upgrade.state.phase === 'settled' ? upgrade.state.end : '';
    // An earlier end of a client that was tried again is that of one that had left.
    if (last !== undefined && bad.has(end)) facts.failed.push(last.fact);
    if (last !== undefined && (bad.has(end) || good.has(end))) facts.ended.push(last.fact);
    facts.touched.push(...own.map(({ fact }) => fact));
  }
  return facts;
}

const clientsOf = (facts: readonly Fact[], isCounted: (fact: Fact) => boolean): number =>
  new Set(facts.filter(isCounted).map(({ client }) => client)).size;

/** Each stop is justified by what happened, and each stop that was due has happened. */
export function stopFaults(evidence: StopEvidence): readonly Fault[] {
  const facts = factsIn(evidence);
  const own = evidence.entries.filter(({ campaign }) => campaign === evidence.campaign);
  return general(
    [
      ...own.flatMap((entry, at) => stopFault(entry, own.slice(0, at), facts, evidence)),
      ...dueFaults(own, facts, evidence),
    ].map((what) => `${evidence.campaign}: ${what}`),
  );
}

const rate = /^(\d+) of (\d+) clients (.+?) within \S+ \w+, limit (\d+) %/;
const same = /^(\d+) clients with the same cause within \S+ \w+, limit (\d+)/;

export const isStop = ({ because, to }: Entry): boolean =>
  (to === 'paused' || to === 'aborted') && (rate.test(because) || same.test(because));

/** Real time by which entries of the audit and the answers of people may be apart. */
const slackMs = 1_500;

function stopFault(
  entry: Entry,
  before: readonly Entry[],
  facts: Facts,
  { rules, speed }: StopEvidence,
): readonly string[] {
  if (!isStop(entry)) return [];
  const [real, says] = [realTimeOf(entry), entry.because];
  const inForce = rules.filter(
    ({ from }, at) => from <= real && (rules[at + 1]?.from ?? Infinity) > real - slackMs,
  );
  const resumedAt = before.findLast(({ from, to }) => from === 'paused' && to === 'running')?.at ?? -Infinity;
  const since = (withinMs: number): number => Math.max(entry.at - withinMs, resumedAt);
  const isIn = (from: number, fact: Fact): boolean => fact.at > from && fact.real <= real;
  const [, count = '', limit = ''] = same.exec(says) ?? [];
  if (count !== '') {
    const isKnown = inForce.some(({ sameCause }) =>
      sameCause.some(
        ({ clients, withinMs }) =>
          clients === Number(limit) &&
          clientsOf(facts.touched, (fact) => isIn(since(withinMs) - slackMs * speed, fact)) >= Number(count),
      ),
    );
    return isKnown && Number(count) >= Number(limit) ? [] : [`was stopped without a reason: ${says}`];
  }
  const [, bads = '', tried = '', what = '', percent = ''] = rate.exec(says) ?? [];
  const isKnown = inForce.some(({ failed }) =>
    failed.some((rule) => {
      const [early, late] = [since(rule.withinMs) - slackMs * speed, since(rule.withinMs) + slackMs * speed];
      return (
        rule.percent === Number(percent) &&
        Number(tried) >= rule.minSample &&
        Number(bads) <= clientsOf(facts.failed, (fact) => isIn(early, fact)) &&
        Number(bads) >= clientsOf(facts.failed, (fact) => isIn(late, fact) && fact.real < real - slackMs) &&
        Number(tried) <= clientsOf(facts.touched, (fact) => isIn(early, fact)) &&
        Number(tried) >= clientsOf(facts.ended, (fact) => isIn(late, fact) && fact.real < real - slackMs)
      );
    }),
  );
  const isAbove = Number(bads) * 100 > Number(percent) * Number(tried);
  return what === 'failed' && isKnown && isAbove ? [] : [`was stopped without a reason: ${says}`];
}

const everyMs = 1_000;

/** Looks at every second of the run: a rule may not hold for long while the campaign runs on. */
function dueFaults(own: readonly Entry[], facts: Facts, evidence: StopEvidence): readonly string[] {
  const [first, last] = [facts.touched[0], own.at(-1)];
  if (first === undefined || last === undefined) return [];
  const start = Math.min(...facts.touched.map(({ real }) => real));
  const faults: string[] = [];
  let since: number | null = null;
  for (let real = start; real <= realTimeOf(last); real += everyMs) {
    const state = own.findLast(
      (entry) => realTimeOf(entry) <= real && !entry.to.startsWith('hook') && !entry.to.startsWith('edition'),
    );
    const at = first.at + (real - first.real) * evidence.speed;
    const isDue = state?.to === 'running' && isDueAt(real, at, own, facts, evidence);
    since = isDue ? (since ?? real) : null;
    if (since === null || real - since <= evidence.patienceMs) continue;
    faults.push(`a stop was due at ${new Date(since).toISOString()}, and the campaign ran on`);
    since = Number.POSITIVE_INFINITY;
  }
  return faults.slice(0, 1);
}

/** Certainly due: by all clients of which anything is known, and by those that have ended alone. */
function isDueAt(
  real: number,
  at: number,
  own: readonly Entry[],
  facts: Facts,
  { rules }: StopEvidence,
): boolean {
  const resumedAt =
    own.findLast((entry) => realTimeOf(entry) <= real && entry.from === 'paused' && entry.to === 'running')
      ?.at ?? -Infinity;
  const inForce = rules.findLast(({ from }) => from <= real);
  return (inForce?.failed ?? []).some(({ percent, minSample, withinMs }) => {
    const from = Math.max(at - withinMs, resumedAt);
    const isIn = (fact: Fact): boolean => fact.at > from && fact.real <= real;
    const bads = clientsOf(facts.failed, isIn);
    return bads * 100 > percent * clientsOf(facts.touched, isIn) && clientsOf(facts.ended, isIn) >= minSample;
  });
}
