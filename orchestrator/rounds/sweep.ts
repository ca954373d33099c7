import { dispatch, type OrchestratorContext } from '../context.ts';
import type { Activation, StoredUpgrade, SweepFinding } from '../../shared/store/types.ts';

/** Real time that a job may be late before the sweep asks where it is. */
const graceMs = 2_000;
const perRound = 1_000;

/** How many of the longest overdue the next round passes over: in a long queue later ones get their turn too. */
const passedOver = new WeakMap<OrchestratorContext, number>();

/**
 * The safety net: upgrades that are overdue without a job (a crash between commit and add, a wiped queue) get their job again,
 * and the lease of a dead driver is taken away. Whoever only waits in a long queue costs a question, no job.
 * @returns how many were found, those in a long queue included
 */
export async function sweepRound(context: OrchestratorContext): Promise<number> {
  const { store, clock, log } = context;
  const skip = passedOver.get(context) ?? 0;
  const findings = await store.sweep(clock.now(), clock.policySpan(graceMs), perRound, skip);
  const late = nextOf(findings, 'overdue');
  passedOver.set(context, findings.length < perRound ? 0 : skip + late.length);
  const lost = nextOf(findings, 'leaseExpired');
  const missing = await withoutJob(context, late);
  if (findings.length > 0)
    log.info({ overdue: late.length, withoutJob: missing.length, leaseExpired: lost.length }, 'swept');
  for (const { key, activation } of [...lost, ...missing]) log.debug({ ...key, activation }, 'swept');
  await dispatch(context, [...lost, ...missing]);
  return findings.length;
}

const nextOf = (findings: readonly SweepFinding[], which: SweepFinding['found']): readonly Activation[] =>
  findings.filter(({ found }) => found === which).map(({ next }) => next);

/**
 * Those whose job is missed. The records are read after the jobs: an activation that ended meanwhile took its job with it, and is
 * not the record's any more. When that can not be found out all count as missed, for adding a job twice does no harm.
 */
async function withoutJob(
  { store, dispatcher, log }: OrchestratorContext,
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
