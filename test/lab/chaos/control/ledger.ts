/**
 * What the people of a run know of what they asked, by real time. It is the lab's own: nothing of
 * it is read from servpack but the answers that were given.
 */
export interface Ledger {
  readonly edits: EditAsked[];
  readonly answers: AnswerGiven[];
}

/** One edit of the main campaign. Its reason is unique, so the audit can be searched for it. */
export interface EditAsked {
  readonly reason: string;
  readonly askedAt: number;
  /** When the answer came, and its edition; null = no answer, or nothing to change. */
  confirmed: { readonly at: number; readonly edition: number } | null;
}

/** One answer to a question, noted before it is sent: a request may count that has no reply. */
export interface AnswerGiven {
  readonly id: string;
  readonly is: 'approved' | 'rejected';
  readonly askedAt: number;
}

export const newLedger = (): Ledger => ({ edits: [], answers: [] });
