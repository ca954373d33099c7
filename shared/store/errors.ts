/** The store did not answer in time. The change may or may not have been made: read again. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}
