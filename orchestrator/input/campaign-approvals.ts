import type { z } from 'zod';
import type { Wave } from '../../shared/domain/campaign/definition.ts';
import type { ApprovalRule, ApprovedStep } from '../../shared/domain/rules/approval-rules.ts';
import { across, list, oneOf, section } from '../../shared/input/fields.ts';
import { duration } from '../../shared/input/quantities.ts';
import { type Blame, exactlyOne } from './campaign-criteria.ts';
import type { LadderInput } from './campaign-ladder.ts';
import { id } from './names.ts';

/** `approvals:` what of the campaign needs the approval of a person. */

const step = () => oneOf('workaround', 'relocation', 'replaceAtRestart');

/** A question that nobody can read in a minute is none. */
const leastExpiryMs = 60_000;

const rule = across(
  section({
    wave: id().optional(),
    remediation: step().optional(),
    each: step().optional(),
    expires: duration(leastExpiryMs).optional(),
    onExpiry: oneOf('reject', 'approve', 'pause').optional(),
    by: oneOf('anyone', 'another').optional(),
  }),
  (value, blame) => {
    exactlyOne(value, ['wave', 'remediation', 'each'], blame, [
      'names nothing to approve',
      'one of wave, remediation or each',
    ]);
    if (value.onExpiry !== undefined && value.expires === undefined)
      blame(['onExpiry'], 'is said of a question that does not expire', 'expires, such as expires: 24h');
  },
);

export const approvalsSection = list(
  rule,
  'a list such as [{ wave: early }, { remediation: relocation }]',
).optional();

type RuleInput = z.output<typeof rule>;

/** Refuses questions about what the campaign does not have, and two questions about the same. */
export function checkApprovals(
  { approvals, waves, ladder }: { approvals?: unknown; waves?: unknown; ladder?: unknown },
  blame: Blame,
): void {
  if (!Array.isArray(approvals)) return;
  const subjects = (approvals as RuleInput[]).map(
    (each) => each?.wave?.toLowerCase?.() ?? each?.remediation ?? each?.each,
  );
  for (const [index, each] of (approvals as RuleInput[]).entries()) {
    const first = subjects.indexOf(subjects[index]);
    if (subjects[index] !== undefined && first < index)
      blame(
        ['approvals', index],
        `asks about the same as rule ${first + 1}`,
        'one rule for each wave and step',
      );
    if (typeof each?.wave === 'string' && Array.isArray(waves)) checkWave(each.wave, waves, index, blame);
    const asked = each?.remediation ?? each?.each;
    if (typeof asked === 'string' && isLadder(ladder) && !hasStep(ladder, asked as ApprovedStep))
      blame(
        ['approvals', index, each.each === undefined ? 'remediation' : 'each'],
        `is "${asked}", which no ladder of the campaign has`,
        'a step of the ladder',
      );
  }
}

function checkWave(name: string, waves: readonly { name?: unknown }[], index: number, blame: Blame): void {
  const at = waves.findIndex((wave) => String(wave?.name).toLowerCase() === name.toLowerCase());
  if (at < 0) blame(['approvals', index, 'wave'], `names the wave "${name}"`, 'a wave of the campaign');
  if (at === 0)
    blame(
      ['approvals', index, 'wave'],
      `names "${name}", the first wave, which opens with the start of the campaign`,
      'a later wave',
    );
}

/** Was the ladder of the file read? */
export const isLadder = (value: unknown): value is LadderInput =>
  typeof value === 'object' && value !== null && 'cases' in value;

const hasStep = ({ steps, cases }: LadderInput, wanted: ApprovedStep): boolean =>
  [steps, ...cases.map((each) => each.steps)].some((found) => found.includes(wanted));

/** Left out where the file asks for no approval. */
export function toApprovals(rules: readonly RuleInput[] = []): {
  readonly approvals?: readonly ApprovalRule[];
} {
  if (rules.length === 0) return {};
  return {
    approvals: rules.flatMap(({ wave, remediation, each, expires, onExpiry, by }): ApprovalRule[] => {
      const terms = {
        ...(expires === undefined ? {} : { expiresMs: expires }),
        ...(onExpiry === undefined || onExpiry === 'reject' ? {} : { onExpiry }),
        ...(by === 'another' ? { by } : {}),
      };
      if (wave !== undefined) return [{ wave, ...terms }];
      if (remediation !== undefined) return [{ remediation, ...terms }];
      return each === undefined ? [] : [{ each, ...terms }];
    }),
  };
}

/** The gate before a wave that needs an approval waits for the approval, too. */
export const withApprovalGates = (
  waves: readonly Wave[],
  rules: readonly RuleInput[] = [],
): readonly Wave[] =>
  waves.map((each, index) => {
    const next = waves[index + 1]?.name.toLowerCase();
    const isAsked = next !== undefined && rules.some(({ wave }) => wave?.toLowerCase() === next);
    return isAsked ? { ...each, gate: { ...each.gate, approval: true as const } } : each;
  });
