/** Something that is not as it must be. `client` is null when no single client is concerned. */
export interface Fault {
  readonly client: string | null;
  readonly what: string;
}

/** One invariant and its faults; `on` says how much was checked. */
export interface Line {
  readonly invariant: string;
  readonly on: string;
  readonly faults: readonly Fault[];
}

export const about = (client: string, whats: readonly string[]): readonly Fault[] =>
  whats.map((what) => ({ client, what }));

export const general = (whats: readonly string[]): readonly Fault[] =>
  whats.map((what) => ({ client: null, what }));
