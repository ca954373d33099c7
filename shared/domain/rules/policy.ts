import type { Window } from '../time/window.ts';

/**
 * The policies of one campaign and the part of a product profile that deciding needs: plain values, all times in
 * milliseconds. The files operators write are parsed into this shape at the border.
 */

/** Why a client is not being worked on right now. Every class has its own patience. */
export type DeferralClass =
  | 'service'
  | 'program'
  | 'busy'
  | 'unreachable'
  | 'couldNotLook'
  | 'restart'
  | 'logon'
  | 'download'
  | 'load';

export const deferralClasses: readonly DeferralClass[] = [
  'service',
  'program',
  'busy',
  'unreachable',
  'couldNotLook',
  'restart',
  'logon',
  'download',
  'load',
];

/** What a deferred client waits for: one of the classes with a budget, or the campaign's window, which has none. */
export type WaitClass = DeferralClass | 'window';

export const waitClasses: readonly WaitClass[] = [...deferralClasses, 'window'];

/** Exponential backoff with a budget. `jitter` 0.2 spreads a delay over 80 % to 120 % of itself. */
export interface DeferralPolicy {
  readonly firstMs: number;
  readonly factor: number;
  readonly maxMs: number;
  readonly jitter: number;
  readonly budget: number;
  readonly whenSpent: 'needsAttention' | 'failed';
}

/** When the same blocker stops being a matter of waiting. Any one of the three is enough; looks closer than `minGapMs` count once. */
export interface PersistencePolicy {
  readonly looks: number;
  readonly afterMs: number;
  readonly restarts: number;
  readonly minGapMs: number;
}

export type LadderStep = 'wait' | 'notify' | 'workaround' | 'relocation' | 'replaceAtRestart';

export interface RestartPolicy {
  readonly allowed: 'never' | 'nobodyLoggedOn' | 'always';
  /** Restarts are ordered within these hours of the client's day only; null = at any hour. */
  readonly between: Window | null;
  /** Time a machine may need to come back; after that it is settled as failed. */
  readonly deadlineMs: number;
  /** First look after ordering a restart; later looks are this far apart too. */
  readonly lookEveryMs: number;
}

export interface CampaignPolicy {
  readonly deferrals: Readonly<Record<DeferralClass, DeferralPolicy>>;
  readonly persistence: PersistencePolicy;
  readonly ladder: readonly LadderStep[];
  /** May a structural blocker go up the ladder at first sight? */
  readonly structural: 'atOnce' | 'whenPersisting';
  readonly restart: RestartPolicy;
  /** Outside it nothing begins on a client; null = always open. In the client's own time zone. */
  readonly window: Window | null;
  /** How long users get between the notification and the next step of the ladder. */
  readonly noticeMs: number;
}

/** How the files of the component directory are swapped for those of the release. */
export interface SwapRules {
  /** Runs out of the component directory and holds its files: it is stopped for the swap. Null = no service does. */
  readonly service: string | null;
  readonly staging: string;
  readonly backup: string;
  /** After the start, before the proof: a service that dies soon is not proved. */
  readonly settleMs: number;
  readonly keepsBackup: boolean;
}

/** How a service may be moved out of the component directory. */
export interface Relocatable {
  readonly executable: string;
  /** The directory that it is moved to. */
  readonly to: string;
  /** Registry keys that belong to it: their values are recorded before a move, and proved after it. */
  readonly keys: readonly string[];
  readonly moveBy: MoveBy;
}

/** `repoint`: the service gets another image path. `reinstall`: it is deleted, and made anew at its new place. */
export type MoveBy = 'repoint' | 'reinstall';

/** What deciding must know of the product; the rest of the profile is the gateway's and the parser's business. */
export interface ProductRules {
  readonly product: string;
  readonly componentDirectory: string;
  /**
   * `logon`: mark, restart, the user's logon starts the update. `direct`: servpack runs the update itself. `push`: servpack brings the
   * files of the release itself.
   */
  readonly route: 'logon' | 'direct' | 'push';
  /** How files are brought by route `push`; null = not by this product's route. */
  readonly swap: SwapRules | null;
  /** The program that a user's logon starts for the update, for what people are told; null = there is none. */
  readonly updateProgram: string | null;
  /** Lower-case service name -> how to move it. Only these are ever touched. */
  readonly relocatable: Readonly<Record<string, Relocatable>>;
  /** From this service pack on the product no longer blocks itself; null = it always does. */
  readonly structuralUntil: number | null;
}

/** Lower-case file name -> SHA-256 of the release's component files. */
export type ReleaseFiles = Readonly<Record<string, string>>;

/** Everything besides state, event and time that `decide` reads; fixed for the life of a campaign, but for the client's zone. */
export interface Rules {
  readonly campaign: string;
  readonly seed: string;
  /** IANA time zone of the client: windows and restart hours are those of its own day. */
  readonly zone: string;
  readonly policy: CampaignPolicy;
  readonly product: ProductRules;
  readonly files: ReleaseFiles;
  /** Logon servers as the campaign spells them; left out = only the client's own is known. */
  readonly logonServers?: readonly string[];
  /** The campaign's records were put back from the audit: a client may have been upgraded without a trace in them. */
  readonly isRebuilt?: boolean;
}
