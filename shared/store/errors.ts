/** The store did not answer in time. What was asked may or may not have been done: read again. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}
