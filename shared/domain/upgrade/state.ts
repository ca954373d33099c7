import type { Blocker } from '../observation/blocker.ts';
import { type Ending, presentEnd } from '../outcome/ending.ts';
import type { Journal } from '../remediation/procedure.ts';
import type { WaitClass } from '../rules/policy.ts';
import { changeMemory, type Memory, type MemoryChange, newMemory, type RestartCause } from './memory.ts';

/**
 * One client's part in one campaign: the unit of state. `state` carries exactly the data of the
 * state it is in; `memory` is what was learned and done on the way, and outlives the states.
 */
export interface Upgrade {
  readonly client: string;
  readonly attempt: number;
  /** Position of the client's wave in the campaign, from 0. */
  readonly wave: number;
  readonly logonServer: string;
  readonly state: UpgradeState;
  readonly memory: Memory;
}

export type UpgradeState =
  | { readonly phase: 'looking' }
  | { readonly phase: 'marking' }
  | { readonly phase: 'unmarking' }
  | { readonly phase: 'updating' }
  | { readonly phase: 'ordering'; readonly cause: RestartCause }
  | { readonly phase: 'restarting'; readonly nextLook: number }
  | { readonly phase: 'notifying'; readonly blockers: readonly Blocker[] }
  | {
      readonly phase: 'deferred';
      readonly class: WaitClass;
      readonly until: number;
      readonly because: string;
      readonly blockers: readonly Blocker[];
    }
  | {
      readonly phase: 'remedying';
      readonly journal: Journal;
      /** Policy time of the next try after a failed one; null while the step can run now. */
      readonly retryAt: number | null;
      /** What was in the way when the procedure began. */
      readonly blockers: readonly Blocker[];
    }
  | ({ readonly phase: 'settled'; readonly at: number } & Ending);

export type Phase = UpgradeState['phase'];

/** A stored state, with its end as it is named now. */
export const presentState = (state: UpgradeState): UpgradeState =>
  state.phase === 'settled' ? { ...state, end: presentEnd(state) } : state;

/** The upgrade of a client that was just admitted, in wave number `wave`. */
export const newUpgrade = (client: string, wave: number, logonServer: string): Upgrade => ({
  client,
  attempt: 1,
  wave,
  logonServer,
  state: { phase: 'looking' },
  memory: newMemory,
});

/** The upgrade with these new values in its memory. */
export const withMemory = (upgrade: Upgrade, change: MemoryChange): Upgrade => ({
  ...upgrade,
  memory: changeMemory(upgrade.memory, change),
});

/** The upgrade with no mark open: the next look may mark the client again. */
export const withoutMark = (upgrade: Upgrade): Upgrade =>
  withMemory(upgrade, { open: { mark: null, unanswered: false } });

/** The upgrade with no restart pending: it is proved, or the client never took the order. */
export const withoutRestart = (upgrade: Upgrade): Upgrade =>
  upgrade.memory.open.restart === null ? upgrade : withMemory(upgrade, { open: { restart: null } });

export type Remedying = Extract<UpgradeState, { phase: 'remedying' }>;
