import { across, count, section } from '../../shared/input/fields.ts';
import type { RemediationLimits } from '../../shared/domain/rules/remediation-limits.ts';

/** `budgets.remediations`: how many remediations begin in an hour, and in each wave. */
export const remediationsSection = across(
  section({ perHour: count(1, 1_000_000).optional(), perWave: count(1, 1_000_000).optional() }),
  (value, blame) => {
    if (Object.keys(value).length === 0) blame([], 'says nothing', 'perHour: 50, perWave: 200, or both');
  },
).transform(({ perHour, perWave }): RemediationLimits => ({
  ...(perHour === undefined ? {} : { perHour }),
  ...(perWave === undefined ? {} : { perWave }),
}));
