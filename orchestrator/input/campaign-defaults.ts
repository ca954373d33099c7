import type { Budgets, Gate } from '../../shared/domain/campaign/definition.ts';
import type {
  DeferralClass,
  DeferralPolicy,
  LadderStep,
  PersistencePolicy,
  RestartPolicy,
} from '../../shared/domain/rules/policy.ts';

/**
 * The defaults of a campaign file are those of a careful operator: a few clients first, deferrals
 * that end within days, no restart while a user works, no service relocated before waiting was
 * tried.
 */

const minutes = 60_000;
const hours = 60 * minutes;

/**
 * Waits `first`, `first` x `factor`, … up to `max`. Delays are spread by 20 % either way, so that
 * clients do not return in step.
 */
const deferral = (firstMs: number, factor: number, maxMs: number, budget: number) =>
  ({ firstMs, factor, maxMs, budget, jitter: 0.2, whenSpent: 'needsAttention' }) as const;

const thenFailed = (policy: DeferralPolicy): DeferralPolicy => ({ ...policy, whenSpent: 'failed' });

export const defaultDeferrals: Readonly<Record<DeferralClass, DeferralPolicy>> = {
  /**
   * A service runs out of the component directory. It seldom stops by itself, so 12 looks are
   * enough.
   */
  service: deferral(30 * minutes, 2, 4 * hours, 12),
  /** A user's program stays open until the evening, or over the weekend. */
  program: deferral(30 * minutes, 1.5, 2 * hours, 40),
  /** The service runs a package (Q173073), which ends but may take a night. */
  busy: deferral(1 * hours, 1.5, 4 * hours, 30),
  /**
   * Clients are offline for days. A client that is offline for a week fails, because servpack can
   * do nothing for it.
   */
  unreachable: thenFailed(deferral(15 * minutes, 2, 8 * hours, 20)),
  /** The client answers, but the look fails: a person has to repair something. */
  couldNotLook: deferral(15 * minutes, 2, 4 * hours, 8),
  /** A restart is due and a user is logged on. */
  restart: deferral(30 * minutes, 1.5, 2 * hours, 60),
  /** The update starts at the next logon (Q168463), and no user logs on. */
  logon: deferral(1 * hours, 1.5, 4 * hours, 60),
  /**
   * Files that do not arrive (Q168598) are missing on the logon server. Waiting longer does not
   * help.
   */
  download: thenFailed(deferral(1 * hours, 2, 8 * hours, 6)),
  /** Smsrun32 is missing from Load or stands there twice (Q174952, Q230660). */
  load: deferral(1 * hours, 2, 8 * hours, 6),
};

/**
 * A blocker persists when 3 looks at least 20 minutes apart find it, when it stays for a day, or
 * after one restart.
 */
export const defaultPersistence: PersistencePolicy = {
  looks: 3,
  afterMs: 24 * hours,
  restarts: 1,
  minGapMs: 20 * minutes,
};

/**
 * Without the workaround, which helps once and leaves the client blocked for the next service pack
 * (Q168463).
 */
export const defaultLadder: readonly LadderStep[] = ['wait', 'notify', 'relocation'];

export const defaultRestart: RestartPolicy = {
  allowed: 'nobodyLoggedOn',
  between: null,
  deadlineMs: 4 * hours,
  lookEveryMs: 5 * minutes,
};

/** One hour between the notice to the users and the next step of the escalation. */
export const defaultNoticeMs = 1 * hours;

export const defaultGate: Gate = { settledPercent: 80, notOkPercent: 10, minSample: 10 };

export const defaultBudgets: Budgets = { active: 100, perLogonServer: 25 };

/** The waves of a campaign file that names none. */
export const defaultWaves = [
  { name: 'canary', count: 10 },
  { name: 'early', percent: 25 },
  { name: 'rest', rest: true },
];
