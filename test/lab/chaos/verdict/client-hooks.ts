import { type ClientHookMoment } from '../../../../shared/domain/rules/client-hooks.ts';
import type { FleetTruth } from '../../fleet/truth.ts';
import type { Entry } from '../../operator.ts';
import type { ClientHookAnswer, ClientHookCause, ClientHookMark } from '../control/client-hook-program.ts';
import type { RawRecord } from '../walk.ts';
import type { Stories } from './audit.ts';
import { about, type Fault } from './line.ts';
import { realTimeOf } from './real-time.ts';

export interface ClientHookEvidence {
  readonly campaign: string;
  /** Which hooks its file has. */
  readonly moments: readonly ClientHookMoment[];
  /** What the program has written itself. */
  readonly marks: readonly ClientHookMark[];
  /** What the program answers. */
  readonly answerFor: (cause: ClientHookCause) => ClientHookAnswer;
  readonly stories: Stories;
  readonly records: readonly RawRecord[];
  readonly truth: FleetTruth;
  readonly mayForget: (at: number) => boolean;
}

/** A run as the audit tells it. `answer`: null = it goes on. */
interface Run {
  readonly attempt: number;
  readonly moment: ClientHookMoment;
  readonly run: number;
  answer: ClientHookAnswer | 'unknown' | null;
  endedAt: number;
}

const begins = /^hook (before|after)-client runs/;
const ends = /^hook (before|after)-client(?: said stop)?: (.*)$/s;

/** The client ended because of its hook, before anything began on it. */
const isHeldBack = ({ to, because }: Entry): boolean =>
  to === 'settled' && /^hook before-client(?: said stop)?: /.test(because);

/** Clients that ended because of their hook, so that their trait does not say how. */
export const heldByHook = (stories: Stories): ReadonlySet<string> =>
  new Set([...stories].filter(([, story]) => story.some(isHeldBack)).map(([client]) => client));

/** The hook of each client ran once for each cause, or is unknown, and held what it holds. */
export function clientHookFaults(evidence: ClientHookEvidence): readonly Fault[] {
  const own = evidence.marks.filter(({ campaign }) => campaign === evidence.campaign);
  const byClient = Map.groupBy(own, ({ client }) => client);
  const known = new Set(evidence.records.map(({ client }) => client));
  return [
    ...[...byClient.keys()]
      .filter((client) => !known.has(client))
      .flatMap((client) => about(client, ['its hook ran, and it has not begun'])),
    ...evidence.records.flatMap((record) =>
      about(record.client, faultsOn(evidence, record, byClient.get(record.client) ?? [])),
    ),
  ];
}

function faultsOn(
  evidence: ClientHookEvidence,
  record: RawRecord,
  marks: readonly ClientHookMark[],
): readonly string[] {
  const story = evidence.stories.get(record.client) ?? [];
  const { runs, faults } = runsIn(story);
  const announced = new Set(runs.map(nameOf));
  return [
    ...faults,
    ...marks
      .filter((mark) => !announced.has(nameOf({ ...mark, moment: mark.phase })))
      .map(({ phase, attempt, run }) => `${phase} ${attempt}: run ${run} is in no entry`),
    ...runs.flatMap((run) =>
      runFaults(evidence, record, run, marks).map(
        (what) => `${run.moment} ${run.attempt}: run ${run.run} ${what}`,
      ),
    ),
    ...(evidence.moments.includes('after') && story.at(-1)?.to === 'settled' && !hasEnd(runs, record)
      ? ['has ended, and its hook after it has not']
      : []),
    ...earlyFaults(evidence, record, story, runs),
  ];
}

const nameOf = ({ moment, attempt, run }: Pick<Run, 'moment' | 'attempt' | 'run'>): string =>
  `${moment}/${attempt}/${run}`;

function runsIn(story: readonly Entry[]): { readonly runs: readonly Run[]; readonly faults: string[] } {
  const [runs, faults]: [Run[], string[]] = [[], []];
  let attempt = 1;
  for (const entry of story) {
    if (entry.from === 'settled' && entry.to !== 'settled') attempt += 1;
    const moment = (begins.exec(entry.because) ?? ends.exec(entry.because))?.[1] as
      | ClientHookMoment
      | undefined;
    if (moment === undefined) continue;
    const before = runs.findLast((run) => run.moment === moment && run.attempt === attempt);
    if (begins.test(entry.because)) {
      const run = (before?.run ?? 0) + 1;
      if (before !== undefined && before.answer !== 'wait')
        faults.push(`${moment} ${attempt}: run ${run} begins after one that ${saysOf(before)}`);
      runs.push({ attempt, moment, run, answer: null, endedAt: Number.POSITIVE_INFINITY });
    } else if (before === undefined || before.answer !== null)
      faults.push(`${moment} ${attempt}: an end without a run (${entry.because})`);
    else [before.answer, before.endedAt] = [answerIn(entry.because), realTimeOf(entry)];
  }
  return { runs, faults };
}

const saysOf = ({ answer }: Run): string => (answer === null ? 'goes on' : `says ${answer}`);

function answerIn(because: string): Run['answer'] {
  if (because.includes('its outcome is not known')) return 'unknown';
  const [, code] = /exit code (\d+)/.exec(because) ?? [];
  return code === '0' ? 'go' : code === '75' ? 'wait' : 'stop';
}

function runFaults(
  { campaign, answerFor, mayForget }: ClientHookEvidence,
  { client, upgrade: { state } }: RawRecord,
  { attempt, moment, run, answer }: Run,
  marks: readonly ClientHookMark[],
): readonly string[] {
  const own = marks.filter((mark) => mark.phase === moment && mark.attempt === attempt && mark.run === run);
  const counted = own.filter(({ real }, at) => at === 0 || !mayForget(real));
  if (counted.length > 1) return [`ran its program ${own.length} times`];
  // An abort ends the client while its hook runs, and asks no more what came of the hook.
  const isAborted = answer === null && state.phase === 'settled' && state.end === 'cancelled';
  if (answer === 'unknown' || isAborted) return [];
  const must = answerFor({ campaign, client, phase: moment, run });
  return [
    ...(own.length === 0 ? ['never ran its program'] : []),
    ...(answer === null ? ['has not ended'] : answer === must ? [] : [`says ${answer}, must say ${must}`]),
  ];
}

const hasEnd = (runs: readonly Run[], { upgrade }: RawRecord): boolean => {
  const last = runs.findLast(({ moment, attempt }) => moment === 'after' && attempt === upgrade.attempt);
  return last !== undefined && last.answer !== null && last.answer !== 'wait';
};

/** A client on which something was done before its hook had said go, or although it never did. */
function earlyFaults(
  { truth, mayForget }: ClientHookEvidence,
  { client, upgrade: { state } }: RawRecord,
  story: readonly Entry[],
  runs: readonly Run[],
): readonly string[] {
  const before = runs.filter(({ moment }) => moment === 'before');
  const from = before.find(({ answer }) => answer === 'go')?.endedAt ?? Number.POSITIVE_INFINITY;
  const journal = truth.clients.find((each) => each.client === client)?.journal ?? [];
  const early = journal.find(({ beganAt }) => beganAt < from && !mayForget(beganAt));
  const [last, endedAt] = [before.at(-1)?.answer, before.at(-1)?.endedAt ?? Number.POSITIVE_INFINITY];
  // An abort cancels the client while its hook runs; what the hook says then changes nothing.
  const isCancelled = state.phase === 'settled' && state.end === 'cancelled';
  const settled = story.findLast(({ from, to }) => from !== 'settled' && to === 'settled');
  const isLate = isCancelled && settled !== undefined && realTimeOf(settled) <= endedAt;
  const isHeld = !isLate && (last === 'stop' || last === 'unknown');
  const isSaid = story.some(isHeldBack) && state.phase === 'settled' && state.end === 'needsAttention';
  return [
    ...(early === undefined ? [] : [`${early.op} came before its hook had said go`]),
    ...(isHeld === isSaid ? [] : [`its hook is "${last ?? 'not run'}", and it is ${endOf(state)}`]),
  ];
}

const endOf = (state: RawRecord['upgrade']['state']): string =>
  state.phase === 'settled' ? state.end : state.phase;
