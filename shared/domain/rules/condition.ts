/** What a client must fulfil. `key` is a column of the fleet in any case, or else a label. */
export type Condition =
  | { readonly key: string; readonly is: 'there' | 'missing' }
  | { readonly key: string; readonly is: 'in' | 'notIn'; readonly values: readonly string[] };

/** All conditions must hold. */
export type Where = readonly Condition[];
