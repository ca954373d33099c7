/** Which commands run before and after each client; the programs, to name them in texts. */
export interface ClientHookRules {
  readonly before?: string;
  readonly after?: string;
}

export const clientHookMoments = ['before', 'after'] as const;

export type ClientHookMoment = (typeof clientHookMoments)[number];

/** The name of a hook that runs for each client: `before-client`. */
export const clientHookName = (moment: ClientHookMoment): string => `${moment}-client`;

/** Who pauses a campaign for the hook after a client; anybody ends this pause. */
export const clientHookKeeper = 'a hook after a client';

/**
 * The command of one client, moment and attempt. It stands in the client's record before its
 * process begins, and again after. `asked`: it is to be run. `waived`: the client goes on without
 * its answer. The other states are those of any hook.
 */
export interface ClientHookRun {
  readonly attempt: number;
  readonly state: 'asked' | 'running' | 'wait' | 'go' | 'stop' | 'unknown' | 'waived';
  /** Policy time of this state. */
  readonly since: number;
  /** How often the command was run in this attempt. */
  readonly runs: number;
  /** The process that runs or ran the command; left out = it was not run. */
  readonly owner?: string;
  readonly because?: string;
  /** SHA-256 of what the command printed. */
  readonly output?: string;
}

/** The newest runs of one client; what is left out was never asked for. */
export type ClientHooks = Readonly<Partial<Record<ClientHookMoment, ClientHookRun>>>;

/** How a command ended, or that nobody knows how. */
export interface ClientHookEnd {
  readonly state: Extract<ClientHookRun['state'], 'go' | 'wait' | 'stop' | 'unknown'>;
  readonly because: string;
  readonly output?: string;
}

/** What happens to the hook of a client. Only the process and run that it names may end it. */
export type ClientHookEvent =
  | { readonly type: 'HookBegun'; readonly moment: ClientHookMoment; readonly owner: string }
  | {
      readonly type: 'HookEnded';
      readonly moment: ClientHookMoment;
      readonly owner: string;
      readonly runs: number;
      readonly end: ClientHookEnd;
    }
  /** The campaign has no such hook any more. */
  | { readonly type: 'HookWaived'; readonly moment: ClientHookMoment; readonly because: string };
