import type { ApprovalAnswer, ApprovedStep, StepApprovals } from '../rules/approval-rules.ts';
import type { Campaign } from './campaign.ts';

/** What deciding about a client needs of the approvals of its campaign; null = nothing. */
export function stepApprovals({
  definition,
  approvals,
}: Pick<Campaign, 'definition' | 'approvals'>): StepApprovals | null {
  const rules = (definition.approvals ?? []).filter((rule) => !('wave' in rule));
  if (rules.length === 0) return null;
  const answers: Partial<Record<ApprovedStep, ApprovalAnswer>> = {};
  for (const { subject, answer } of approvals?.requests ?? [])
    if ('remediation' in subject && answer !== undefined) answers[subject.remediation] = answer;
  return { rules, answers };
}
