import type { Health } from '../observation/health.ts';
import type { PreImage, SwapPreImage } from '../observation/observation.ts';
import type { Ending } from '../outcome/ending.ts';
import type { FreeTime } from '../rules/free-time.ts';
import type { Sighting } from '../remediation/persistence.ts';
import type { FitStep } from '../rules/fit.ts';
import type { ApprovalAnswer, ApprovedStep } from '../rules/approval-rules.ts';
import type { ClientHooks } from '../rules/client-hooks.ts';
import type { DeferralClass, WaitClass } from '../rules/policy.ts';

/** What is known of one client in its campaign; it outlives the states of the upgrade. */
export interface Memory {
  readonly open: Open;
  readonly learned: Learned;
  readonly history: History;
  /** What a person wants of this client instead of its upgrade. */
  readonly request: Request | null;
}

/** What is open on the client now, and what may be. `openOnClient` lists what of it is. */
export interface Open {
  /**
   * Since when, and in which boot, the client is marked, its update has run, or its files are
   * swapped.
   */
  readonly mark: { readonly at: number; readonly bootId: string } | null;
  /**
   * The update command was sent and its outcome is not known; the next look finds out.
   * `workerStopped`: servpack's own worker gave the command up. A look that finds nothing done
   * does not count against the client then.
   */
  readonly unanswered: boolean | 'workerStopped';
  readonly restart: PendingRestart | null;
  /**
   * The workaround set a service to manual: its start type is restored before the upgrade settles.
   */
  readonly workaround: { readonly preImage: PreImage; readonly bootId: string } | null;
  /**
   * New files take their places when the client leaves this boot. They are proved or withdrawn
   * before the upgrade settles.
   */
  readonly replacing: { readonly preImage: SwapPreImage; readonly bootId: string } | null;
  /**
   * A procedure may stand open on the client, at a step that the record does not know. The next
   * look that reaches the client finds out.
   */
  readonly unfinished: boolean;
  /**
   * Does the client install at its next logon all the same, although the upgrade has settled?
   * Null = it has not settled, or the record is of an earlier version.
   */
  readonly leftMarked: boolean | null;
}

/** What looks have found, and how servpack has left the blocking service. */
export interface Learned {
  /** By blocker fingerprint: the blockers that the last look found. */
  readonly sightings: Readonly<Record<string, Sighting>>;
  /** Fingerprints of every blocker that any look found; the ranking counts them. */
  readonly seen: readonly string[];
  readonly relocation: 'none' | 'done' | 'undone';
  /**
   * The service as it was before its relocation, so that a person can undo it; null = not
   * relocated. Of more than one service it is the one that was relocated last.
   */
  readonly beforeRelocation: PreImage | null;
  /** The same of the services that were relocated before it, the oldest first. */
  readonly movedEarlier: readonly PreImage[];
  /** Where the service that was relocated last runs now. */
  readonly servicePath: string | null;
  /** Whether relocated services keep running, by lower-case name. */
  readonly watched: Readonly<Record<string, Watch>>;
  /** The workaround was used: the same service blocks again at the next release. */
  readonly willBlockAgain: boolean;
  /** Boot id and SHA-256 of the evidence of the last look. */
  readonly lastLook: { readonly at: number; readonly bootId: string; readonly evidence: string } | null;
  /** What became of the last try to take back the mark of the settled upgrade. */
  readonly unmark: { readonly at: number; readonly isDone: boolean; readonly because: string } | null;
  /**
   * What the last look after the upgrade has found, and when. Left out = the campaign has not asked
   * for one. It says nothing of an upgrade that was proved later.
   */
  readonly health?: Health & { readonly at: number };
  /**
   * When looks have found the client free. `instead`: the next look comes at a moment that follows
   * from it, and not at this one. Left out = the campaign does not learn it, or no look has
   * deferred the client.
   */
  readonly freeTime?: { readonly looks: FreeTime; readonly instead?: number };
}

/** How looks have found a relocated service since the release was proved. */
export interface Watch {
  readonly bootId: string;
  /** Its process; null = it does not run. */
  readonly pid: number | null;
  readonly since: number;
  /** How often its process has ended in this boot, between two looks. */
  readonly ends: number;
}

/** What was done and spent in this attempt. */
export interface History {
  /** Restarts ordered, by cause. */
  readonly restarts: Readonly<Partial<Record<RestartCause, number>>>;
  readonly deferrals: Readonly<Partial<Record<DeferralClass, number>>>;
  /** The last deferral planned: a look before its time, after a check-in, spends no budget. */
  readonly lastDeferral: { readonly class: DeferralClass; readonly until: number } | null;
  /** When users were notified that the blocker will be dealt with. */
  readonly notifiedAt: number | null;
  /** Procedures that were begun and are not begun again, as `attemptAt` names them. */
  readonly tried: readonly string[];
  /** Since when the client waits, by reason. `waitsSince` gives the one that counts now. */
  readonly waits: Readonly<Partial<Record<WaitClass, number>>>;
  /** The step that is measured now; left out where none is. */
  readonly began?: { readonly step: FitStep; readonly at: number };
  /** Questions to people about this client, and their answers; null = none was asked. */
  readonly approvals: Approvals | null;
  /** How the commands before and after this client stand; left out where none was asked for. */
  readonly hooks?: ClientHooks;
}

export interface Approvals {
  readonly ask: Ask | null;
  /** By attempt, as `attemptAt` names it. */
  readonly answers: Readonly<Record<string, ApprovalAnswer>>;
  /** How many questions have expired and are to pause the campaign. */
  readonly expired: number;
}

/** An open question. */
export interface Ask {
  readonly step: ApprovedStep;
  readonly attempt: string;
  /** The question is that of the whole campaign. */
  readonly isForAll: boolean;
  readonly since: number;
  /** Null = it does not expire by itself. */
  readonly until: number | null;
}

/**
 * `pendingRestart`: the client has restarted and still says that a restart is pending.
 * `replacement`: files wait for the restart (`replaceAtRestart`).
 */
export type RestartCause = 'mark' | 'workaround' | 'pendingRestart' | 'replacement';

/** A restart that was ordered and is not proved yet. The proof is another boot id. */
export interface PendingRestart {
  readonly cause: RestartCause;
  readonly orderedAt: number;
  readonly bootBefore: string;
  /** Moves by the time in which nobody looked at the client. */
  readonly deadline: number;
  /** When a look last found that the client is not back; left out before the first such look. */
  readonly silentAt?: number;
  /** Did the client take the order? null = the outcome of the command is not known. */
  readonly taken: boolean | null;
}

/** How and when an upgrade had ended before a person reopened it: that stays. */
export type FormerEnding = Ending & { readonly at?: number };

/**
 * `end`: settle with this ending as soon as nothing is open on the client. `undo`: relocate every
 * moved service back, of which `movedBack` names those that are. `unmark`: take the mark back.
 * After the last two the upgrade settles with its former ending.
 */
export type Request =
  | { readonly kind: 'end'; readonly ending: Ending }
  | {
      readonly kind: 'undo';
      readonly by: string;
      readonly reason: string;
      readonly movedBack?: readonly string[];
      /** Left out by earlier versions. */
      readonly ending?: FormerEnding;
    }
  | {
      readonly kind: 'unmark';
      readonly ending: FormerEnding;
      /** Who asked, and why. Left out by earlier versions. */
      readonly because?: string;
    };

export const newMemory: Memory = {
  open: {
    mark: null,
    unanswered: false,
    restart: null,
    workaround: null,
    replacing: null,
    unfinished: false,
    leftMarked: null,
  },
  learned: {
    sightings: {},
    seen: [],
    relocation: 'none',
    beforeRelocation: null,
    movedEarlier: [],
    servicePath: null,
    watched: {},
    willBlockAgain: false,
    lastLook: null,
    unmark: null,
  },
  history: {
    restarts: {},
    deferrals: {},
    lastDeferral: null,
    notifiedAt: null,
    tried: [],
    waits: {},
    approvals: null,
  },
  request: null,
};

/** New values for some fields of a memory. */
export interface MemoryChange {
  readonly open?: Partial<Open>;
  readonly learned?: Partial<Learned>;
  readonly history?: Partial<History>;
  readonly request?: Request | null;
}

/** The memory with these new values; a group without any stays the same object. */
export const changeMemory = (memory: Memory, change: MemoryChange): Memory => ({
  open: change.open === undefined ? memory.open : { ...memory.open, ...change.open },
  learned: change.learned === undefined ? memory.learned : { ...memory.learned, ...change.learned },
  history: change.history === undefined ? memory.history : { ...memory.history, ...change.history },
  request: change.request === undefined ? memory.request : change.request,
});

/** What can be open on a client, in the order in which an upgrade comes to it. */
const openNames = ['mark', 'unanswered', 'restart', 'workaround', 'replacing', 'unfinished'] as const;

/** What is open on the client, by its field in `memory.open`; empty = nothing is. */
export const openOnClient = ({ open }: Memory): readonly OpenName[] =>
  openNames.filter((name) => isOpen(open, name));

/** Is something open on the client? A command with an unknown outcome may have done nothing. */
export const hasBegunOnClient = ({ open }: Memory): boolean =>
  openNames.some((name) => name !== 'unanswered' && isOpen(open, name));

type OpenName = (typeof openNames)[number];

const isOpen = (open: Open, name: OpenName): boolean => open[name] !== null && open[name] !== false;

/** Is the client marked, or may it be: the update command was sent and its outcome is not known? */
export const mayBeMarked = ({ open }: Memory): boolean => open.mark !== null || open.unanswered !== false;

/**
 * Names the procedure that is open on the client: it waits for a restart, or for the next look.
 * @returns text to append to a sentence; '' = there is none
 */
export function describeOpenProcedure({ open }: Memory): string {
  const { workaround, replacing, unfinished } = open;
  if (workaround !== null) return `; ${workaround.preImage.service.name} is still set to manual there`;
  if (replacing !== null) return '; new files still wait there for its restart';
  return unfinished ? '; a procedure may be unfinished there, the next look there goes on' : '';
}
