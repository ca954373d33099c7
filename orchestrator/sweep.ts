import type { Activation, SweepFinding } from '../shared/store/store.ts';
import { dispatch, type Office } from './office.ts';

/** Real time that a job may be late before the sweep adds it again. */
const graceMs = 2_000;
const perRound = 1_000;
/** Looking for a job in a long list is dear. The longest overdue come first, and what nothing runs becomes the longest overdue. */
const suspectsPerRound = 50;

/** How many of the longest overdue the next round passes over: in a long queue later ones get their turn too. */
const passedOver = new WeakMap<Office, number>();

/**
 * The safety net: upgrades that are overdue without a job (a crash between commit and add, a wiped queue) get their job again,
 * and the lease of a dead driver is taken away. Adding a job twice does no harm.
 * @returns how many were found
 */
export async function sweepRound(office: Office): Promise<number> {
  const { store, clock } = office;
  const skip = passedOver.get(office) ?? 0;
  const findings = await store.sweep(clock.now(), clock.policySpan(graceMs), perRound, skip);
  const overdue = findings.filter(({ found }) => found === 'overdue').length;
  passedOver.set(office, findings.length < perRound ? 0 : skip + overdue);
  logAll(office, findings, overdue);
  const late = findings.filter(({ found }) => found === 'overdue').map(({ next }) => next);
  if (late.length > 0) await forgetStranded(office, late.slice(0, suspectsPerRound));
  await dispatch(
    office,
    findings.map(({ next }) => next),
  );
  return findings.length;
}

/** A job that nobody will ever run must not absorb the one that is added now. */
async function forgetStranded({ dispatcher, log }: Office, suspects: readonly Activation[]): Promise<void> {
  try {
    await dispatcher.forgetStranded(suspects);
  } catch (error) {
    log.warn({ error, jobs: suspects.length }, 'could not look for stranded jobs; the next sweep will');
  }
}

/** One line a round, for a queue that is merely long has many of them every second. */
function logAll({ log }: Office, findings: readonly SweepFinding[], overdue: number): void {
  if (findings.length === 0) return;
  log.info({ overdue, leaseExpired: findings.length - overdue }, 'swept');
  for (const { key, found, next } of findings)
    log.debug({ ...key, activation: next.activation, found }, 'swept');
}
