/** An answer that is given again to the same request. */
export interface GivenAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** What is kept under a key: what the request was, and its answer; null = it is still worked on. */
export interface KeptAnswer {
  /** SHA-256 of the request. */
  readonly request: string;
  readonly answer: GivenAnswer | null;
}

/** A request that wants to be done once, and who does it. */
export interface AnswerClaim extends Pick<KeptAnswer, 'request'> {
  readonly key: string;
  /** Differs for every claim. */
  readonly holder: string;
}

/**
 * Answers of requests that name themselves, so that a request that is sent twice is done once. All
 * times are milliseconds of real time.
 */
export interface AnswerStore {
  /**
   * Takes the key for so long.
   * @returns null when this call has taken the key, else what is kept under the key
   */
  claimAnswer(claim: AnswerClaim, forMs: number): Promise<KeptAnswer | null>;
  /**
   * Holds the key for so long from now on, also where its time was over and nobody has taken it
   * since. Changes nothing where another claim or an answer is kept under it.
   */
  renewClaim(claim: AnswerClaim, forMs: number): Promise<void>;
  /** Keeps the answer, unless another claim has taken the key meanwhile. */
  keepAnswer(claim: AnswerClaim, answer: GivenAnswer, forMs: number): Promise<void>;
  /** Gives the key back, if the claim still holds it: the request may be sent again. */
  giveAnswerBack(claim: AnswerClaim): Promise<void>;
}
