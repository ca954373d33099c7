import { dispatch, type Office } from './office.ts';

/** Real time that a job may be late before the sweep adds it again. */
const graceMs = 2_000;
const perRound = 1_000;

/**
 * The safety net: upgrades that are overdue without a job (a crash between commit and add, a wiped queue) get their job again,
 * and the lease of a dead driver is taken away. Adding a job twice does no harm.
 * @returns how many were found
 */
export async function sweepRound(office: Office): Promise<number> {
  const { store, clock, log } = office;
  const findings = await store.sweep(clock.now(), clock.policySpan(graceMs), perRound);
  for (const { key, found, next } of findings)
    log.info({ ...key, activation: next.activation, found }, 'swept');
  await dispatch(
    office,
    findings.map(({ next }) => next),
  );
  return findings.length;
}
