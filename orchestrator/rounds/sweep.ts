import type { SweepFinding } from '../../shared/store/safety-net.ts';
import type { Activation, StoredUpgrade } from '../../shared/store/types.ts';
import { dispatchJobs, type LeaderContext } from '../context.ts';
import { everything, isNews } from './news.ts';
import type { Round } from './repeat.ts';

/** Real time that a job may be late before the sweep looks for it. */
const graceMs = 2_000;
const perRound = 1_000;
/** Real time after which a sweep runs though nothing has changed and nothing is due. */
const safetyMs = 30_000;

/**
 * The safety net. An upgrade that is overdue and has no job (a crash between commit and add, a
 * wiped queue) gets its job again. The lease of a dead driver is taken away. An upgrade that only
 * waits in a long queue is only checked; it gets no second job.
 *
 * After a sweep that found nothing the next one runs when something has changed, when the earliest
 * upgrade is overdue or the earliest lease ends.
 *
 * `run` returns how many upgrades were found, those in a long queue included.
 */
export function sweep(): Round {
  /**
   * How many of the longest overdue the next run skips: in a long queue later ones get their turn
   * too.
   */
  let skip = 0;
  let next: NextSweep = { overdueAt: null, leaseEndsAt: null };
  let lastRun = -Infinity;
  const isDueNow = ({ clock }: LeaderContext): boolean =>
    (next.overdueAt !== null && next.overdueAt <= clock.now()) ||
    (next.leaseEndsAt !== null && next.leaseEndsAt <= clock.realNow()) ||
    performance.now() - lastRun >= safetyMs;
  return {
    name: 'sweep',
    run: async (context, news = everything) => {
      if (!isNews(news) && !isDueNow(context)) return 0;
      const { store, clock, log } = context;
      const grace = clock.policySpan(graceMs);
      const findings = await store.sweep(clock.now(), grace, perRound, skip);
      const late = nextOf(findings, 'overdue');
      skip = findings.length < perRound ? 0 : skip + late.length;
      const lost = nextOf(findings, 'leaseExpired');
      if (lost.length > 0) context.metrics?.figures.leasesLost.inc({ seen_by: 'leader' }, lost.length);
      const missing = await withoutJob(context, late);
      if (findings.length > 0)
        log.info({ overdue: late.length, withoutJob: missing.length, leaseExpired: lost.length }, 'swept');
      for (const { key, activation } of [...lost, ...missing]) log.debug({ ...key, activation }, 'swept');
      await dispatchJobs(context, [...lost, ...missing]);
      const { dueAt, leaseEndsAt } = await store.nextSweep();
      // What is found again and again, in a long queue, is overdue already.
      next = { overdueAt: dueAt === null ? null : dueAt + grace + 1, leaseEndsAt };
      lastRun = performance.now();
      return findings.length;
    },
  };
}

interface NextSweep {
  /** Policy time; null = no upgrade is due. */
  readonly overdueAt: number | null;
  /** Real time; null = no upgrade is driven. */
  readonly leaseEndsAt: number | null;
}

const nextOf = (findings: readonly SweepFinding[], which: SweepFinding['found']): readonly Activation[] =>
  findings.filter(({ found }) => found === which).map(({ next }) => next);

/**
 * Those whose job is missing. Records are read after the jobs: if the activation ended in between,
 * its job is gone and the record has a newer number, so it is not missing. When the jobs cannot be
 * read all count as missing, because adding a job twice does no harm.
 */
async function withoutJob(
  { store, dispatcher, log }: LeaderContext,
  late: readonly Activation[],
): Promise<readonly Activation[]> {
  try {
    const missing = late.length === 0 ? late : await dispatcher.withoutJob(late);
    const records = await Promise.all(missing.map(({ key }) => store.readUpgrade(key)));
    return missing.filter((activation, at) => isDue(records[at], activation));
  } catch (error) {
    log.warn({ error, jobs: late.length }, 'could not look for missing jobs; all are added');
    return late;
  }
}

const isDue = (record: StoredUpgrade | null | undefined, { activation }: Activation): boolean =>
  record?.index === 'due' && record.activation === activation;
