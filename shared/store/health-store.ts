/** Whether the store is still what this process opened, and takes changes. */
export interface HealthStore {
  /** Rejects with `RecordsGone` when the store no longer holds what this process opened. */
  checkRecords(): Promise<void>;
  /**
   * Rejects with `StoreUnwritable` when the store refuses changes. It writes a key of its own,
   * which expires.
   */
  checkWritable(): Promise<void>;
}
