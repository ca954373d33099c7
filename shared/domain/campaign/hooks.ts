/** A command of the operator that runs on the orchestrator. Times are real time. */
export interface HookCommand {
  /** The program, a file of the folder of hooks, and its arguments. */
  readonly run: readonly string[];
  readonly timeoutMs: number;
  /** After exit code 75 the command is run again when this time has passed. */
  readonly retryMs: number;
}

export const hookMoments = ['beforeCampaign', 'beforeWave', 'afterWave', 'afterCampaign'] as const;

/** The commands of a campaign; a moment that is left out has none. */
export type CampaignHooks = Readonly<Partial<Record<(typeof hookMoments)[number], HookCommand>>>;

/**
 * How a hook stands. `go`: exit code 0. `wait`: it is asked again. `stop`: any other end.
 * `unknown`: its orchestrator was lost while it ran. `accepted`: a person lets the campaign go on
 * without its answer.
 */
export type HookState = 'running' | 'go' | 'wait' | 'stop' | 'unknown' | 'accepted';

/** A hook that was begun: the record is written before the command runs, and again after. */
export interface HookRun {
  /** `before-wave-early`. */
  readonly hook: string;
  readonly state: HookState;
  /** Policy time of this state. */
  readonly since: number;
  /** The process that runs or ran the command, or the person who decided. */
  readonly owner: string;
  /** How often the command was run. */
  readonly runs: number;
  readonly because: string;
  /** SHA-256 of what the command printed. */
  readonly output?: string;
}
