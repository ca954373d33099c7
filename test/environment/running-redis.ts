export interface TestRedis {
  readonly url: string;
  /** Which Redis, and why this one. */
  readonly how: string;
  readonly stop: () => Promise<void>;
}
