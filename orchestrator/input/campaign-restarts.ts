import { z } from 'zod';
import { columnOf } from '../../shared/domain/campaign/where.ts';
import type { LadderStep } from '../../shared/domain/rules/policy.ts';
import type { RestartLimits } from '../../shared/domain/rules/restart-limits.ts';
import { across, count, field, section } from '../../shared/input/fields.ts';
import { isLadder } from './campaign-approvals.ts';
import type { Blame } from './campaign-criteria.ts';
import { isLabel } from './names.ts';

/** `budgets.restarts`: how many clients may be in a restart at the same time. */

const labelKeyForm = 'the key of a label, such as site';

const isLabelKey = (key: string): boolean =>
  isLabel(key) && !key.includes('=') && columnOf(key) === undefined && key !== '__proto__';

/** A record loses the key `__proto__` without a word. */
const ownKeys = field('numbers by the key of a label, such as { site: 3 }', (value) => {
  const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isGroup && !Object.hasOwn(value, '__proto__') ? value : undefined;
});

const perLabel = ownKeys.pipe(
  across(z.record(z.string(), count(1, 1_000_000)), (found, blame) => {
    const before = new Map<string, string>();
    for (const key of Object.keys(found)) {
      const other = before.get(key.toLowerCase());
      if (!isLabelKey(key))
        blame(
          [key],
          columnOf(key) === undefined ? 'is no key of a label' : 'is a column of the fleet',
          labelKeyForm,
        );
      else if (other !== undefined) blame([key], `is the label ${other}`, 'each label once');
      before.set(key.toLowerCase(), key);
    }
    if (Object.keys(found).length === 0) blame([], 'names no label', labelKeyForm);
  }),
);

export const restartsSection = across(
  section({ perLogonServer: count(1, 1_000_000).optional(), perLabel: perLabel.optional() }),
  (value, blame) => {
    if (Object.keys(value).length === 0)
      blame([], 'says nothing', 'perLogonServer: 2, perLabel: { site: 3 }, or both');
  },
).transform(({ perLogonServer, perLabel: byLabel }): RestartLimits => ({
  ...(perLogonServer === undefined ? {} : { perLogonServer }),
  ...(byLabel === undefined ? {} : { perLabel: byLabel }),
}));

const remediations: readonly LadderStep[] = ['workaround', 'relocation', 'replaceAtRestart'];

/** Refuses limits of what the campaign never does. */
export function checkLimits(
  { budgets, restart, ladder }: { budgets?: unknown; restart?: unknown; ladder?: unknown },
  blame: Blame,
): void {
  const limits = (budgets ?? {}) as { readonly restarts?: unknown; readonly remediations?: unknown };
  const { allowed } = (restart ?? {}) as { readonly allowed?: unknown };
  if (limits.restarts !== undefined && allowed === 'never')
    blame(
      ['budgets', 'restarts'],
      'limits restarts, and restart.allowed is never',
      'another restart.allowed, or no limit',
    );
  if (limits.remediations === undefined || !isLadder(ladder)) return;
  const steps = [...ladder.steps, ...ladder.cases.flatMap((each) => each.steps)];
  if (!steps.some((step) => remediations.includes(step)))
    blame(
      ['budgets', 'remediations'],
      'limits remediations, and no ladder of the campaign has one',
      `a ladder with ${remediations.join(', ')}, or no limit`,
    );
}
