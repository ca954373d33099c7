import type { RemediationLimits } from '../../shared/domain/rules/remediation-limits.ts';

/** What a campaign file says of how many remediations begin; empty = any number. */
export function remediationRuleWords({ perHour, perWave }: RemediationLimits = {}): readonly string[] {
  const limits = [
    ...(perHour === undefined ? [] : [`at most ${perHour} begin in an hour`]),
    ...(perWave === undefined ? [] : [`at most ${perWave} in each wave`]),
  ];
  return limits.length === 0 ? [] : [`relocations, workarounds and replacements: ${limits.join(', ')}`];
}
