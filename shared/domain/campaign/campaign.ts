import type { CampaignDefinition, Withdrawal } from './definition.ts';
import type { Counters } from '../outcome/counters.ts';

/** A campaign's aggregate: what was asked for, and where it stands. */
export interface Campaign {
  readonly definition: CampaignDefinition;
  readonly createdAt: number;
  /** Clients per wave, in the order of the definition's waves; fixed at creation. */
  readonly waveSizes: readonly number[];
  readonly state: CampaignState;
  /** Its records were put back from the audit then: what was done shortly before is not known. */
  readonly rebuiltAt?: number;
}

export type CampaignState =
  | { readonly status: 'created' }
  | { readonly status: 'scheduled'; readonly startAt: number }
  | { readonly status: 'waitingForRelease' }
  | ({ readonly status: 'running' } & Running)
  | ({
      readonly status: 'paused';
      readonly pausedAt: number;
      /** A gate paused it, and not a person. */
      readonly byGate: boolean;
      readonly by: string;
      readonly because: string;
    } & Running)
  | ({ readonly status: 'ended'; readonly endedAt: number } & Running)
  /** Nothing begins any more. Clients that still wait are cancelled by that alone; `endedAt` is when the last other one had settled. */
  | ({
      readonly status: 'aborted';
      readonly abortedAt: number;
      readonly by: string;
      readonly because: string;
      readonly endedAt: number | null;
    } & Running);

/** What is true from the start on, whatever the status. */
export interface Running {
  readonly startedAt: number;
  readonly openWaves: number;
  /** By wave: how many not-ok ends a person has accepted by resuming after a gate paused the campaign. */
  readonly accepted: readonly number[];
}

export type CampaignEvent =
  | {
      readonly type: 'StartRequested';
      readonly releaseStaged: boolean;
      /** Who has withdrawn the release. */
      readonly withdrawn?: Withdrawal | null;
      /** Clients with an unsettled upgrade in another campaign. */
      readonly overlap: readonly { readonly client: string; readonly campaign: string }[];
    }
  | { readonly type: 'ReleaseStaged' }
  /** The moment a scheduled campaign waits for, or later. */
  | { readonly type: 'StartTimeCame'; readonly releaseStaged: boolean }
  | { readonly type: 'PauseRequested'; readonly by: string; readonly reason: string }
  | {
      readonly type: 'ResumeRequested';
      readonly by: string;
      /** Resume also what another person has paused. */
      readonly override: boolean;
      /** Why, where the person says it. */
      readonly reason?: string | undefined;
      readonly counters: Counters;
    }
  | { readonly type: 'AbortRequested'; readonly by: string; readonly reason: string }
  /** A client that had settled has been opened again. */
  | { readonly type: 'Reopened'; readonly because: string }
  | { readonly type: 'CountersRead'; readonly counters: Counters };

export type CampaignDecision =
  | { readonly kind: 'changed'; readonly campaign: Campaign; readonly because: string }
  /** A person asked for what can not be. */
  | { readonly kind: 'refused'; readonly because: string }
  | { readonly kind: 'ignored'; readonly because: string };

/** Who has paused a campaign whose records were put back: nobody whom one could ask. */
export const rebuilder = 'rebuild';
