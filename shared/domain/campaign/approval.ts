import type { ApprovalAnswer, ApprovedStep } from '../rules/approval-rules.ts';

/** A person approved a wave: its clients may begin as soon as all other conditions hold. */
export interface WaveApproval {
  /** The position of the wave that may open, from 0 on. */
  readonly wave: number;
  readonly by: string;
  /** Policy time. */
  readonly at: number;
}

/** What a campaign knows of its approvals; left out = it needs none. */
export interface CampaignApprovals {
  /** Who created, edited or started it, where such a person cannot approve. */
  readonly authors?: readonly string[];
  /** Every question about a wave, or about a step for all clients; the oldest first. */
  readonly requests?: readonly ApprovalRequest[];
  /** How many expired questions about single clients have paused it. */
  readonly expired?: number;
}

export interface ApprovalRequest {
  readonly subject: { readonly wave: string } | { readonly remediation: ApprovedStep };
  /** From 1 on: a rejected wave is asked about again after the campaign was resumed. */
  readonly round: number;
  readonly since: number;
  /** Null = it does not expire. */
  readonly until: number | null;
  readonly answer?: ApprovalAnswer;
}

/** Do both questions ask about the same? */
export const isSameSubject = (a: ApprovalRequest['subject'], b: ApprovalRequest['subject']): boolean =>
  'wave' in a ? 'wave' in b && a.wave === b.wave : 'remediation' in b && a.remediation === b.remediation;
