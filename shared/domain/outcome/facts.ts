/** What stop rules count. `tried`: a client of which anything of this, or its success, is known. */
export const factKinds = [
  'failed',
  'blocked',
  'unreachable',
  'timedOut',
  'undone',
  'unhealthy',
  'tried',
] as const;

export type FactKind = (typeof factKinds)[number];

/** Something that happened to a client, at the time of the commit that brings it. */
export interface Fact {
  readonly kind: FactKind;
  /** Short, and equal for the same trouble. */
  readonly cause?: string;
}

/** How many clients of a campaign had each kind of fact, and each cause, since a moment. */
export interface FactCounts {
  readonly kinds: Readonly<Partial<Record<FactKind, number>>>;
  readonly causes: Readonly<Record<string, number>>;
  /** How many failed or need attention for each cause; left out = none does. */
  readonly failures?: Readonly<Record<string, number>>;
}
