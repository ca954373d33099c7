/** The most clients of one logon server that may be at work in all campaigns together. */
export interface ServerLimit {
  /** Null = every logon server without a limit of its own. */
  readonly logonServer: string | null;
  readonly active: number;
  readonly by: string;
  readonly because: string;
  readonly at: number;
}

/** The limit of a logon server; null = any number. */
export const limitAt = (limits: readonly ServerLimit[], logonServer: string): number | null =>
  (
    limits.find((each) => each.logonServer === logonServer) ??
    limits.find((each) => each.logonServer === null)
  )?.active ?? null;

/** The weight of a campaign whose file names no priority. */
export const defaultPriority = 10;
