import type { CampaignApprovals, WaveApproval } from './approval.ts';
import type { Health } from '../observation/health.ts';
import type { GateMark, HealthCheck, Opening } from './opening.ts';
import type { CampaignEnd } from '../rules/campaign-end.ts';
import type { CampaignDefinition, Withdrawal } from './definition.ts';
import type { Counters } from '../outcome/counters.ts';
import type { FactCounts } from '../outcome/facts.ts';
import type { Hold } from './hold.ts';
import type { MemberChange } from './member-change.ts';
import type { Members } from './membership.ts';
import type { RampStart } from './speed.ts';
import { isoOf } from '../time/iso-time.ts';

/** A campaign: its definition, and where it stands. */
export interface Campaign {
  readonly definition: CampaignDefinition;
  readonly createdAt: number;
  /** Clients per wave, in the order of the definition's waves. */
  readonly waveSizes: readonly number[];
  readonly state: CampaignState;
  /** Held logon servers, in whatever status; left out by earlier versions = none. */
  readonly holds?: readonly Hold[];
  /**
   * Its records were rebuilt from the audit at this time: what was done just before is not known.
   */
  readonly rebuiltAt?: number;
  /** How many campaigns of this name were deleted or archived before; left out = none. */
  readonly life?: number;
  /** How often its definition was changed after its creation; left out = never. */
  readonly edition?: number;
  /** How often an answer about a step changed the rules of its clients; left out = never. */
  readonly stepAnswers?: number;
  /** Clients still move to the waves of this edition, and no gate decides; left out = none. */
  readonly movingTo?: number;
  readonly approvals?: CampaignApprovals;
  /** It is being taken out of the store: nothing else happens to it any more. */
  readonly removal?: Removal;
  /** Clients join, leave or change their wave at this moment; left out = none does. */
  readonly memberChange?: MemberChange;
  /** How its clients have changed; left out = they have not. */
  readonly members?: Members;
}

/** A person deletes or archives a campaign. A removal that broke off is ended by asking again. */
export interface Removal {
  readonly kind: 'delete' | 'archive';
  readonly by: string;
  readonly because: string;
  readonly at: number;
  /** The file that holds an archived campaign; its records are removed only after it is written. */
  readonly file?: string;
}

/** A person lets a campaign not start, whatever time comes or release is staged meanwhile. */
export interface StartPause {
  readonly by: string;
  readonly because: string;
  readonly at: number;
}

/** A campaign that was started by hand, and begins at a moment that is still to come. */
export type Awaiting =
  | { readonly status: 'scheduled'; readonly startAt: number; readonly paused?: StartPause }
  | { readonly status: 'waitingForRelease'; readonly paused?: StartPause };

export type CampaignState =
  | { readonly status: 'created' }
  | Awaiting
  | ({ readonly status: 'running' } & Running)
  | ({
      readonly status: 'paused';
      readonly pausedAt: number;
      /** A gate paused the campaign, not a person. */
      readonly byGate: boolean;
      readonly by: string;
      readonly because: string;
    } & Running)
  | ({ readonly status: 'ended'; readonly endedAt: number } & Running)
  /**
   * Nothing begins any more, which cancels the clients that still wait. `endedAt`: when the last
   * client on which something had begun was finished; null = not yet.
   */
  | ({
      readonly status: 'aborted';
      readonly abortedAt: number;
      readonly by: string;
      readonly because: string;
      readonly endedAt: number | null;
    } & Running);

/** What a campaign has from its start on, in every status. */
export interface Running {
  readonly startedAt: number;
  readonly openWaves: number;
  /** By wave: failures that a person accepted by resuming a campaign that a gate had paused. */
  readonly accepted: readonly number[];
  /** By wave: who accepted them; null = nobody had to. Left out by earlier versions. */
  readonly acceptances?: readonly (Acceptance | null)[];
  /** Left out = no wave was approved. */
  readonly approvals?: readonly WaveApproval[];
  /** Left out = the gate of the newest open wave asks for no time, or its counts do not hold. */
  readonly mark?: GateMark;
  /** The newest looks at the upgraded clients of a wave; left out = no gate has asked for them. */
  readonly health?: HealthCheck;
  /** Left out = every wave was opened by a gate that had passed, or by an acceptance. */
  readonly openings?: readonly Opening[];
  /** Its end has come: since when (policy time), and what that means. Left out = it has not. */
  readonly reachedEnd?: { readonly at: number; readonly does: CampaignEnd['does'] };
  /** Left out = the ramp of its speed has not begun again, or there is none. */
  readonly rampStart?: RampStart;
  /** Its stop rules count facts from this time on: its last resume. Left out = all facts. */
  readonly stopsFrom?: number;
}

/** A person let a wave's failures through: its gate has not passed, and says so for ever. */
export interface Acceptance {
  readonly by: string;
  readonly at: number;
  readonly failures: number;
  readonly reason?: string;
  /** The next wave was open already; left out = this acceptance opened it. */
  readonly isLate?: true;
  /** Unhealthy clients that the person accepted, too; left out = none. */
  readonly unhealthy?: number;
  /** Upgraded clients whose health was not known; left out = none. */
  readonly notKnown?: number;
}

/** What happens to a campaign. */
export type CampaignEvent =
  | {
      readonly type: 'StartRequested';
      /** Left out = nobody is named. */
      readonly by?: string;
      readonly releaseStaged: boolean;
      /** Set where the release was withdrawn. */
      readonly withdrawn?: Withdrawal | null;
      /**
       * Clients with an unsettled upgrade in another campaign; `twin` is the id under which that
       * one has the same machine.
       */
      readonly overlap: readonly {
        readonly client: string;
        readonly campaign: string;
        readonly twin?: string;
      }[];
    }
  | { readonly type: 'ReleaseStaged' }
  /** The start time of a scheduled campaign, or later. */
  | { readonly type: 'StartTimeCame'; readonly releaseStaged: boolean }
  /** The end of a campaign that has not begun, or later. */
  | { readonly type: 'EndTimeCame' }
  | { readonly type: 'PauseRequested'; readonly by: string; readonly reason: string }
  | {
      readonly type: 'ResumeRequested';
      readonly by: string;
      /** Resume also a campaign that another person paused. */
      readonly override: boolean;
      /** Why, if the person says it. */
      readonly reason?: string | undefined;
      /** How many failures the person was shown; left out = however many there are. */
      readonly acceptFailures?: number | undefined;
      readonly counters: Counters;
      /** Its release can be started with. */
      readonly releaseStaged?: boolean;
      /** The person wants the start whose moment has passed during the pause. */
      readonly startNow?: boolean | undefined;
    }
  | {
      readonly type: 'HoldRequested';
      readonly by: string;
      readonly reason: string;
      /** In the spelling of the campaign, each once. */
      readonly logonServers: readonly string[];
    }
  | {
      readonly type: 'UnholdRequested';
      readonly by: string;
      /** Release also what another person holds. */
      readonly override: boolean;
      /** Why, if the person says it. */
      readonly reason?: string | undefined;
      readonly logonServers: readonly string[];
    }
  /** Gives a campaign that has not begun another start time. */
  | {
      readonly type: 'PostponeRequested';
      readonly by: string;
      readonly reason: string;
      readonly startAt: number;
    }
  /** Takes the start back: the status is `created` again. */
  | {
      readonly type: 'UnscheduleRequested';
      readonly by: string;
      readonly reason: string;
      /** Also when another person has paused the start. */
      readonly override: boolean;
    }
  | { readonly type: 'AbortRequested'; readonly by: string; readonly reason: string }
  /** A person wants the campaign to be gone. */
  | {
      readonly type: 'RemovalRequested';
      readonly kind: Removal['kind'];
      readonly by: string;
      readonly reason: string;
      readonly counters: Counters;
    }
  /** The file of an archived campaign is on the disk. */
  | { readonly type: 'ArchiveWritten'; readonly file: string }
  /** An archived campaign cannot go after all. */
  | { readonly type: 'RemovalUndone'; readonly because: string }
  /** A person answers a question of the campaign. */
  | {
      readonly type: 'ApprovalAnswered';
      readonly id: string;
      readonly is: 'approved' | 'rejected';
      readonly by: string;
      readonly reason?: string | undefined;
      /** What the person was shown, with its SHA-256. */
      readonly shown: string;
    }
  /** A settled client was reopened. */
  | { readonly type: 'Reopened'; readonly because: string }
  /** A survey looks again at this many upgraded clients of a wave. */
  | {
      readonly type: 'HealthAsked';
      readonly wave: number;
      readonly survey: string;
      readonly clients: number;
    }
  /** What the survey has found stands in the records of the clients. */
  | {
      readonly type: 'HealthFound';
      readonly survey: string;
      readonly found: Readonly<Record<Health['kind'], number>>;
    }
  | {
      readonly type: 'CountersRead';
      readonly counters: Counters;
      /** By stop rule; left out = it has none, or they were not read. */
      readonly facts?: readonly FactCounts[];
    };

/** The answer to every event. */
export type CampaignDecision =
  | { readonly kind: 'changed'; readonly campaign: Campaign; readonly because: string }
  /** A person asked for what is not possible; `isOverlap`: another campaign has its clients. */
  | { readonly kind: 'refused'; readonly because: string; readonly isOverlap?: true }
  | { readonly kind: 'ignored'; readonly because: string };

/** Nothing begins in it any more: it has ended, or was aborted. */
export const isCampaignOver = ({ status }: Pick<CampaignState, 'status'>): boolean =>
  status === 'ended' || status === 'aborted';

/** The state of a campaign that was started and has not begun; null = it is in another state. */
export const awaitingOf = (state: CampaignState): Awaiting | null =>
  state.status === 'scheduled' || state.status === 'waitingForRelease' ? state : null;

/**
 * What has passed while the start was paused, in words; null = nothing, or the start is not paused.
 * @param isStaged the release can be started with
 */
export function missedStart(campaign: Campaign, isStaged: boolean, now: number): string | null {
  const { definition, state } = campaign;
  const awaiting = awaitingOf(state);
  if (awaiting?.paused === undefined) return null;
  if (awaiting.status === 'scheduled')
    return now >= awaiting.startAt ? `its start time ${isoOf(awaiting.startAt)} has passed` : null;
  return isStaged ? `its release ${definition.release} is staged` : null;
}

/** Who paused a campaign because nobody answered in time: no person, so anybody may resume it. */
export const unanswered = 'unanswered approval';

/** Who paused a campaign whose records were rebuilt: no person, so anybody may resume it. */
export const rebuilder = 'rebuild';
