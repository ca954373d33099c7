/** The store did not answer in time. The change may or may not have been made: read again. */
export class StoreUnavailable extends Error {
  override readonly name: string = 'StoreUnavailable';
}

/** The store answers, and refuses every write. The change was not made. */
export class StoreUnwritable extends StoreUnavailable {
  override readonly name = 'StoreUnwritable';
}

/**
 * The records that this process has worked with are no longer in the store: it was emptied, or
 * another database has taken its place.
 */
export class RecordsGone extends Error {
  override readonly name = 'RecordsGone';
}
