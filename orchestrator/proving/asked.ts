/** What a proof asks. `undo` and `stuck` are asked of each state, the others of each event. */
export type PropertyName = 'neverDown' | 'loggedOn' | 'window' | 'approval' | 'undo' | 'stuck';

export interface Asked {
  readonly names: readonly PropertyName[];
  /** At most so many clients with the same value of the key are down at once. */
  readonly neverDown: { readonly most: number; readonly per: string } | null;
}

export interface Violation {
  readonly property: PropertyName;
  readonly because: string;
}
