/** What of a campaign needs the approval of a person, and what follows without an answer. */

/** A step of the ladder that changes something on a client. */
export type ApprovedStep = 'workaround' | 'relocation' | 'replaceAtRestart';

export type ApprovalRule = ApprovalTerms &
  (
    | { readonly wave: string }
    /** One yes is for all clients of the campaign. */
    | { readonly remediation: ApprovedStep }
    /** Each client and each blocker needs an approval of its own. */
    | { readonly each: ApprovedStep }
  );

export interface ApprovalTerms {
  /** Left out = the question stays open until a person answers. */
  readonly expiresMs?: number;
  /** Left out = `reject`. */
  readonly onExpiry?: 'approve' | 'pause';
  /** Who created, edited or started the campaign cannot approve. Left out = anyone can. */
  readonly by?: 'another';
}

export interface ApprovalAnswer {
  readonly is: 'approved' | 'rejected';
  /** The person, as the audit names them; null = nobody answered in time. */
  readonly by: string | null;
  readonly at: number;
  readonly reason?: string;
}

/** What deciding about one client needs of a campaign's approvals. */
export interface StepApprovals {
  readonly rules: readonly ApprovalRule[];
  /** The answers that hold for the whole campaign. */
  readonly answers: Readonly<Partial<Record<ApprovedStep, ApprovalAnswer>>>;
}

/** `approved by anna: they are on holiday`, `rejected, because nobody answered in time` */
export function answerWords({ is, by, reason }: ApprovalAnswer): string {
  if (by === null) return `${is}, because nobody answered in time`;
  return `${is} by ${by}${reason === undefined ? '' : `: ${reason}`}`;
}

/** What a person answered: about one attempt on one client, or about a step for all clients. */
export type Answered = ApprovalAnswer &
  ({ readonly attempt: number; readonly of: string } | { readonly forAll: ApprovedStep });
