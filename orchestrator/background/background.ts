import type { Background, Inputs, ThreadRequest, ThreadResponse, WorkName, Results } from './request.ts';
import type { Config } from '../../shared/config.ts';
import { err, fault } from '../../shared/errors.ts';
import { StoreUnavailable } from '../../shared/store/errors.ts';
import type { Caller } from '../caller.ts';
import type { Refusal } from '../refusal.ts';
import { KeptThread, type Meanwhile } from './kept-thread.ts';

/** Work that may take its time. */
const lightWork: ReadonlySet<WorkName> = new Set([
  'makeForecast',
  'lookBack',
  'planStart',
  'replayCampaign',
  'scanAudit',
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

/** Callers wait for at most so many of each kind: each takes seconds, and the last one the sum. */
const waitingAtMost = 8;

/**
 * What each of them is called. A reading of the audit is one for all callers of its campaign, and
 * of the rest servpack itself asks for one at a time.
 */
const waitedFor: Readonly<Partial<Record<WorkName, string>>> = {
  importFleet: 'imports of fleets',
  planCampaign: 'plans',
  createCampaign: 'creations of campaigns',
  editCampaign: 'edits',
  createSurvey: 'starts of surveys',
  forecastCampaign: 'forecasts',
  replayCampaign: 'replays',
  simulateCampaign: 'simulations',
};

/**
 * Work on a million clients takes seconds of pure computing. In the thread that leads it would
 * cost the lease, and every call to Redis would seem unanswered. So it is done in a thread, and
 * only its result crosses over. A thread can hold a whole fleet in memory, so the pieces of work
 * run one after the other. Simulations have a line of their own, and so have readings of the audit
 * and of its files: no import waits for one, and never do two of a kind run at once.
 * @param ending aborted = the orchestrator stops: work under way that changes nothing breaks off,
 *   and none begins
 * @param keptMs real time for which a thread waits for more work before it ends
 */
export function openBackground(config: Config, ending?: AbortSignal, keptMs = 10_000): Background {
  const openLine = (): Line => {
    const [oneByOne, thread] = [oneAtATime(), new KeptThread(config, keptMs, ending)];
    return (request, meanwhile) =>
      oneByOne(async () => {
        meanwhile.broken?.throwIfAborted();
        return thread.ask(request, lightWork.has(request.work), meanwhile);
      });
  };
  const [inTurn, simulating, reading, scanning] = [openLine(), openLine(), openLine(), openLine()];
  const lineOf = (work: WorkName): Line => {
    if (work === 'simulateCampaign') return simulating;
    if (work === 'scanAudit') return scanning;
    return readings.has(work) ? reading : inTurn;
  };
  const underWay = new Map<WorkName, number>();
  const count = (work: WorkName, more: 1 | -1): void =>
    void underWay.set(work, (underWay.get(work) ?? 0) + more);
  return async <Name extends WorkName>(work: Name, who: string, input: Inputs[Name], caller?: Caller) => {
    const broken = changing.has(work) ? undefined : eitherOf(ending, caller?.gone);
    const name = waitedFor[work];
    if (caller !== undefined && name !== undefined && (underWay.get(work) ?? 0) >= waitingAtMost)
      return err(tooMany(work, name));
    count(work, 1);
    const working = lineOf(work)({ work, who, input } as ThreadRequest, { broken, caller });
    const answer = await unlessBroken(working, broken).finally(() => count(work, -1));
    if (answer === null) return err(stopped);
    if (answer.kind === 'unavailable') throw new StoreUnavailable(answer.message);
    return answer.result as Awaited<ReturnType<Background>> & { readonly value: Results[Name] };
  };
}

type Line = (request: ThreadRequest, meanwhile: Meanwhile) => Promise<ThreadResponse>;

const stopped = fault('busy.stopped', 'the work was broken off, because the orchestrator stops; ask again');

function tooMany(work: WorkName, name: string): Refusal {
  const says = `${waitingAtMost} ${name} are under way or wait already; ask again later`;
  return work === 'simulateCampaign'
    ? fault('busy.simulations', `${says}, or run: servpack campaign simulate FILE`)
    : fault('busy.waiting', says);
}

/** Null = the work was broken off, also where its turn has not come. */
async function unlessBroken<T>(work: Promise<T>, broken?: AbortSignal): Promise<T | null> {
  const { promise, resolve } = Promise.withResolvers<null>();
  const end = (): void => resolve(null);
  broken?.addEventListener('abort', end, { once: true });
  if (broken?.aborted === true) end();
  try {
    return await Promise.race([work, promise]);
  } catch (error) {
    if (broken?.aborted !== true) throw error;
    return null;
  } finally {
    broken?.removeEventListener('abort', end);
  }
}

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
