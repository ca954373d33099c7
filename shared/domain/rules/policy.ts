import type { Fit } from './fit.ts';
import type { FreeTime } from './free-time.ts';
import type { Calendar } from '../time/calendar.ts';
import type { Window } from '../time/window.ts';
import type { CampaignEnd } from './campaign-end.ts';
import type { ApprovedStep, StepApprovals } from './approval-rules.ts';
import type { ClientHookRules } from './client-hooks.ts';
import type { Where } from './condition.ts';
import type { RemediationLimits } from './remediation-limits.ts';
import type { RestartRules } from './restart-limits.ts';

/**
 * The policies of one campaign, and the part of a product profile that deciding needs. Plain
 * values; durations are in milliseconds. Campaign and profile files are parsed into this shape at
 * the border.
 */

/** Why a client waits. Every class has its own delays and its own budget. */
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

/** Waits without a budget: for the window, an approval, a limit, or the client's hook. */
type FreeWait = 'window' | 'approval' | 'remediation' | 'restarts' | 'hook';

const freeWaits: readonly FreeWait[] = ['window', 'approval', 'remediation', 'restarts', 'hook'];

/** What a deferred client waits for. */
export type WaitClass = DeferralClass | FreeWait;

export const waitClasses: readonly WaitClass[] = [...deferralClasses, ...freeWaits];

/** Does the wait spend a budget? */
export const hasBudget = (kind: WaitClass): kind is DeferralClass => !freeWaits.some((each) => each === kind);

/**
 * Exponential backoff with a budget. `jitter` 0.2 makes a delay 80 % to 120 % of its plain value.
 */
export interface DeferralPolicy {
  readonly firstMs: number;
  readonly factor: number;
  readonly maxMs: number;
  readonly jitter: number;
  readonly budget: number;
  readonly whenSpent: 'needsAttention' | 'failed';
}

/**
 * When the same blocker persists, so that waiting no longer helps. One of the three limits is
 * enough. Looks closer together than `minGapMs` count once.
 */
export interface PersistencePolicy {
  readonly looks: number;
  readonly afterMs: number;
  readonly restarts: number;
  readonly minGapMs: number;
}

export type LadderStep = 'wait' | 'notify' | ApprovedStep;

/** What is in the way: a service, a program, or a file that is open and nobody knows by whom. */
export type BlockerClass = 'service' | 'program' | 'file';

export const blockerClasses: readonly BlockerClass[] = ['service', 'program', 'file'];

/** For which clients, and for what in their way, a rule is; what is left out stands for all. */
export interface RuleScope {
  readonly where?: Where;
  readonly class?: BlockerClass;
}

export interface LadderCase extends RuleScope {
  readonly steps: readonly LadderStep[];
}

export interface PersistenceCase extends RuleScope {
  readonly persistence: PersistencePolicy;
}

export interface RestartPolicy {
  readonly allowed: 'never' | 'nobodyLoggedOn' | 'always';
  /** Restarts are ordered only within these hours of the client's day; null = at any hour. */
  readonly between: Window | null;
  /**
   * Time in which a machine has to come back; after that its upgrade settles as failed. Time in
   * which nobody looked at the machine does not count.
   */
  readonly deadlineMs: number;
  /** Time from the order to the first look, and between later looks. */
  readonly lookEveryMs: number;
}

export interface CampaignPolicy {
  readonly deferrals: Readonly<Record<DeferralClass, DeferralPolicy>>;
  readonly persistence: PersistencePolicy;
  readonly ladder: readonly LadderStep[];
  /** Ladders of their own; the first that fits wins over `ladder`. Left out = there are none. */
  readonly ladders?: readonly LadderCase[];
  /** The same for `persistence`. */
  readonly persistences?: readonly PersistenceCase[];
  /** When the ladder begins for a structural blocker. */
  readonly structural: 'atOnce' | 'whenPersisting';
  readonly restart: RestartPolicy;
  /**
   * Nothing begins on a client outside this window, in the client's time zone; null = always open.
   */
  readonly window: Window | null;
  /** When the campaign is to be over; left out = when every client is finished. */
  readonly end?: CampaignEnd;
  /** Deferred clients are looked at when they usually are free. Left out = they are not. */
  readonly learnsFreeTime?: true;
  /** Time that users have between the notice and the next step of the ladder. */
  readonly noticeMs: number;
}

/** How the files of the component directory are replaced by those of the release. */
export interface SwapRules {
  /**
   * Runs out of the component directory, and is stopped for the swap; null = there is no such
   * service.
   */
  readonly service: string | null;
  readonly staging: string;
  readonly backup: string;
  /** Time between start and proof: a service that ends soon after its start is not proved. */
  readonly settleMs: number;
  readonly keepsBackup: boolean;
}

/** How a service is relocated out of the component directory. */
export interface Relocatable {
  readonly executable: string;
  /** The directory to relocate it to. */
  readonly to: string;
  /**
   * Registry keys of the service: their values are recorded before the relocation and proved after
   * it.
   */
  readonly keys: readonly string[];
  readonly moveBy: MoveBy;
  /** A service that ends so soon after its start at the new place is not proved. */
  readonly settleMs: number;
}

/** `repoint`: the service gets another image path. `reinstall`: it is deleted and created again. */
export type MoveBy = 'repoint' | 'reinstall';

/** What deciding needs of a product profile. */
export interface ProductRules {
  readonly product: string;
  readonly componentDirectory: string;
  /**
   * `logon`: mark, restart, the user's logon starts the update. `direct`: servpack runs the update.
   * `push`: servpack copies the files of the release to the client.
   */
  readonly route: 'logon' | 'direct' | 'push';
  /** How route `push` replaces files; null = the product has another route. */
  readonly swap: SwapRules | null;
  /** The program that a logon starts for the update, to name it in texts; null = there is none. */
  readonly updateProgram: string | null;
  /** By lower-case service name. No other service is ever relocated. */
  readonly relocatable: Readonly<Record<string, Relocatable>>;
  /** From this service pack on the product does not block itself; null = it always does. */
  readonly structuralUntil: number | null;
}

/** SHA-256 of the release's component files, by lower-case file name. */
export type ReleaseFiles = Readonly<Record<string, string>>;

/**
 * Everything that `decide` reads besides state, event and time. Fixed for the life of a campaign,
 * except for the client's zone and calendar.
 */
export interface Rules {
  readonly campaign: string;
  readonly seed: string;
  /** IANA time zone of the client: windows and restart hours follow the client's own day. */
  readonly zone: string;
  /** When something may begin on the client; left out = the policy's window alone says it. */
  readonly calendar?: Calendar;
  /** How long steps take; left out = they need not fit before a window closes. */
  readonly fit?: Fit;
  /** When earlier campaigns have found the client free; left out = none has looked. */
  readonly freeTime?: FreeTime;
  readonly policy: CampaignPolicy;
  readonly product: ProductRules;
  readonly files: ReleaseFiles;
  /** Logon servers in the campaign's spelling; left out = only the client's own is known. */
  readonly logonServers?: readonly string[];
  /**
   * The campaign's records were rebuilt from the audit: they may not know that a client was
   * upgraded.
   */
  readonly isRebuilt?: boolean;
  /** Left out = any number of remediations may begin. */
  readonly remediations?: RemediationLimits;
  /** Left out = any number of clients may restart at the same time. */
  readonly restarts?: RestartRules;
  /** Left out = no step needs the approval of a person. */
  readonly approvals?: StepApprovals;
  /** Left out = no command runs before or after each client. */
  readonly hooks?: ClientHookRules;
  /** Its campaign has stop rules, which count facts of clients; left out = it has none. */
  readonly countsFacts?: true;
}
