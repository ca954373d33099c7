/** Whether the store is still what this process opened, takes changes, and what time it has. */
export interface HealthStore {
  /** Rejects with `RecordsGone` when the store no longer holds what this process opened. */
  checkRecords(): Promise<void>;
  /**
   * Rejects with `StoreUnwritable` when the store refuses changes. It writes a key of its own,
   * which expires.
   */
  checkWritable(): Promise<void>;
  /** Real time by the store's own clock, in milliseconds since the epoch, with a fraction. */
  readTime(): Promise<number>;
}
