/** What the table can answer but data. In a file of its own, as receive-webhook needs no more of the stores. */

/** The table refuses or cannot be reached; the caller may try again. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}

/** The table will never take the request as it is: an item has outgrown the largest, a key is too long. No retry helps. */
export class UnstorableError extends Error {
  override readonly name = 'UnstorableError';
}
