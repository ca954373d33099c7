/** Something that is not as it must be. `client` is null for what concerns no single one. */
export interface Fault {
  readonly client: string | null;
  readonly what: string;
}

/** One invariant and what was found against it; `on` says on how much it was held. */
export interface Line {
  readonly invariant: string;
  readonly on: string;
  readonly faults: readonly Fault[];
}

export const about = (client: string, whats: readonly string[]): readonly Fault[] =>
  whats.map((what) => ({ client, what }));

export const general = (whats: readonly string[]): readonly Fault[] =>
  whats.map((what) => ({ client: null, what }));
