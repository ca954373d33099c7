/** When the occurrences of a schedule are, by the clock of a place. */
export type Recurrence =
  | { readonly kind: 'cron'; readonly cron: string; readonly zone: string }
  /** `rule` is a recurrence rule of RFC 5545; `at`: minutes after midnight. */
  | { readonly kind: 'rule'; readonly rule: string; readonly at: number; readonly zone: string };

/** One campaign of a schedule, which is being created and started. */
export interface Occurrence {
  /** Policy time of the schedule; of an occurrence by hand: when it was asked for. */
  readonly at: number;
  /** The name of its campaign. */
  readonly campaign: string;
  /** Who wants it: the schedule, or a person. */
  readonly by: string;
}

/** What became of an occurrence. */
export interface PastOccurrence {
  readonly at: number;
  /** Its campaign; null = none was created. */
  readonly campaign: string | null;
  readonly outcome: 'started' | 'skipped' | 'missed';
  /** Names no campaign of another schedule: not everybody who reads it reaches that one. */
  readonly because: string;
  /** The campaigns that had its clients; left out = none was the reason. */
  readonly inTheWay?: readonly string[];
}

/**
 * A campaign that recurs. Each occurrence is a campaign of its own, created from the same file
 * against what is staged and in the fleet then.
 */
export interface Schedule {
  /** The campaign's name in the file; its occurrences are named after it. */
  readonly schedule: string;
  /** The campaign file: its name for the faults, its text, and the SHA-256 of the text. */
  readonly file: string;
  readonly text: string;
  readonly hash: string;
  /** The calendar files that it names, by their names in it; left out = none. */
  readonly calendars?: Readonly<Record<string, string>>;
  readonly recurrence: Recurrence;
  /** What becomes of the last occurrence that was missed while no orchestrator ran. */
  readonly missed: 'run' | 'skip';
  readonly createdAt: number;
  readonly createdBy: string;
  /** All occurrences up to this policy time are decided. */
  readonly decidedTo: number;
  readonly paused?: { readonly by: string; readonly because: string; readonly at: number };
  /** Written before its campaign is created, so that another orchestrator can go on with it. */
  readonly open?: Occurrence;
  /** The newest first; only the last ones, and the last one that was started. */
  readonly past: readonly PastOccurrence[];
}
