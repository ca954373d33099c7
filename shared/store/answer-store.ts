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

/** Answers of requests that name themselves, so that a request that is sent twice is done once. */
export interface AnswerStore {
  /**
   * Takes the key for this request, for so many milliseconds of real time.
   * @returns null when this call has taken the key, else what is kept under the key
   */
  claimAnswer(key: string, request: string, forMs: number): Promise<KeptAnswer | null>;
  /** Keeps the answer of a request that has claimed the key. */
  keepAnswer(key: string, request: string, answer: GivenAnswer, forMs: number): Promise<void>;
  /** Gives a key back: nothing was done, and the request may be sent again. */
  giveAnswerBack(key: string): Promise<void>;
}
