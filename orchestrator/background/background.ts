import type { Background, Inputs, ThreadRequest, ThreadResponse, WorkName, Results } from './request.ts';
import type { Config } from '../../shared/config.ts';
import { err, fault } from '../../shared/errors.ts';
import { StoreUnavailable } from '../../shared/store/errors.ts';
import { KeptThread } from './kept-thread.ts';

/** Work that may take its time. */
const lightWork: ReadonlySet<WorkName> = new Set([
  'makeForecast',
  'lookBack',
  'planStart',
  'replayCampaign',
  'simulateCampaign',
]);

/** Work that reads the whole audit of a campaign. */
const readings: ReadonlySet<WorkName> = new Set(['lookBack', 'replayCampaign']);

/** Work that changes records. It is completed, also when nobody waits for it. */
const changing: ReadonlySet<WorkName> = new Set([
  'importFleet',
  'createCampaign',
  'editCampaign',
  'createSurvey',
]);

/** More simulations than this wait for nobody: each takes seconds, and the last one the sum. */
const simulationsAtMost = 8;

/**
 * Work on a million clients takes seconds of pure computing. In the thread that leads it would
 * cost the lease, and every call to Redis would seem unanswered. So it is done in a thread, and
 * only its result crosses over. A thread can hold a whole fleet in memory, so the pieces of work
 * run one after the other. Simulations have a line of their own, and so have readings of the audit:
 * no import waits for one, and never do two of a kind run at once.
 * @param ending aborted = the orchestrator stops: work under way that changes nothing breaks off,
 *   and none begins
 * @param keptMs real time for which a thread waits for more work before it ends
 */
export function openBackground(config: Config, ending?: AbortSignal, keptMs = 10_000): Background {
  const openLine = (): Line => {
    const [oneByOne, thread] = [oneAtATime(), new KeptThread(config, keptMs, ending)];
    return (request, broken) =>
      oneByOne(async () => {
        broken?.throwIfAborted();
        return thread.ask(request, lightWork.has(request.work), broken);
      });
  };
  const [inTurn, simulating, reading] = [openLine(), openLine(), openLine()];
  let simulations = 0;
  return async <Name extends WorkName>(
    work: Name,
    who: string,
    input: Inputs[Name],
    callerGone?: AbortSignal,
  ) => {
    const isSimulation = work === 'simulateCampaign';
    const line = isSimulation ? simulating : readings.has(work) ? reading : inTurn;
    const broken = changing.has(work) ? undefined : eitherOf(ending, callerGone);
    if (isSimulation && simulations >= simulationsAtMost) return err(tooMany);
    if (isSimulation) simulations += 1;
    const answer = await line({ work, who, input } as ThreadRequest, broken)
      .catch((error: unknown) => {
        if (broken?.aborted !== true) throw error;
        return null;
      })
      .finally(() => {
        if (isSimulation) simulations -= 1;
      });
    if (answer === null) return err(stopped);
    if (answer.kind === 'unavailable') throw new StoreUnavailable(answer.message);
    return answer.result as Awaited<ReturnType<Background>> & { readonly value: Results[Name] };
  };
}

type Line = (request: ThreadRequest, broken?: AbortSignal) => Promise<ThreadResponse>;

const stopped = fault('busy.stopped', 'the work was broken off, because the orchestrator stops; ask again');

const tooMany = fault(
  'busy.simulations',
  `${simulationsAtMost} simulations are under way or wait already; ask again later, or run: servpack campaign simulate FILE`,
);

const eitherOf = (...signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined => {
  const known = signals.filter((signal) => signal !== undefined);
  return known.length === 0 ? undefined : AbortSignal.any(known);
};

/**
 * Runs work one piece after the other, in order. A piece that fails does not hold up the others.
 */
export function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
}
