import type { ClientHookMoment, ClientHookRules } from '../rules/client-hooks.ts';

/** A command of the operator that runs on the orchestrator. Times are real time. */
export interface HookCommand {
  /** The program, a file of the folder of hooks, and its arguments. */
  readonly run: readonly string[];
  readonly timeoutMs: number;
  /** After exit code 75 the command is run again when this time has passed. */
  readonly retryMs: number;
}

export const hookMoments = [
  'beforeCampaign',
  'beforeWave',
  'beforeClient',
  'afterClient',
  'afterWave',
  'afterCampaign',
] as const;

export type HookMoment = (typeof hookMoments)[number];

/** The commands of a campaign; a moment that is left out has none. */
export type CampaignHooks = Readonly<Partial<Record<HookMoment, HookCommand>>>;

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

/** The command that runs before or after each client; undefined = the campaign has none. */
export const clientHookCommand = (
  hooks: CampaignHooks | undefined,
  moment: ClientHookMoment,
): HookCommand | undefined => (moment === 'before' ? hooks?.beforeClient : hooks?.afterClient);

/** What clients are decided by; null = no command runs for each client. */
export function clientHookRules(hooks: CampaignHooks | undefined): ClientHookRules | null {
  const before = clientHookCommand(hooks, 'before')?.run[0];
  const after = clientHookCommand(hooks, 'after')?.run[0];
  if (before === undefined && after === undefined) return null;
  return { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}
