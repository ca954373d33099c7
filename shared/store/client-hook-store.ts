/** A client that waits for its hook, and the policy time from which on the hook may run. */
export interface HookAsk {
  readonly client: string;
  readonly at: number;
}

export interface HookAsks {
  /** Clients whose time has come, the longest waiting first; at most as many as asked for. */
  readonly due: readonly string[];
  /** When the next one is due; null = no other waits. */
  readonly nextAt: number | null;
  /** How many wait in all. */
  readonly count: number;
}

/**
 * Which clients of a campaign an orchestrator has to run a hook for. The record of the upgrade is
 * the truth, and this list a hint: a client that is missing here is found again by its record.
 */
export interface ClientHookStore {
  /** Puts clients into the list, or moves them there. */
  askHooks(campaign: string, asks: readonly HookAsk[]): Promise<void>;
  readHookAsks(campaign: string, at: number, limit: number): Promise<HookAsks>;
  forgetHookAsks(campaign: string, clients: readonly string[]): Promise<void>;
}
