import type { DeferralClass, DeferralPolicy } from '../../../shared/domain/rules/policy.ts';
import { hours, policy } from '../given.ts';

/**
 * The deferrals of the domain tests, with the patience of a story where it says so. Jitter makes
 * the moments the seed's.
 */
export const patience = (
  changes: Partial<Record<DeferralClass, Partial<DeferralPolicy>>>,
): Record<DeferralClass, DeferralPolicy> => ({
  ...policy.deferrals,
  // A night long, or a working day.
  logon: { ...policy.deferrals.logon, firstMs: hours(6), maxMs: hours(12), ...changes.logon },
  restart: { ...policy.deferrals.restart, firstMs: hours(4), maxMs: hours(8), ...changes.restart },
  ...Object.fromEntries(
    Object.entries(changes)
      .filter(([kind]) => kind !== 'logon' && kind !== 'restart')
      .map(([kind, change]) => [kind, { ...policy.deferrals[kind as DeferralClass], ...change }]),
  ),
});
