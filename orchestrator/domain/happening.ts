import type { NoticeKind } from './notice-kinds.ts';

/** One thing that happened, of which people want to hear. */
export interface Happening {
  readonly kind: NoticeKind;
  /** '' = it is about no campaign. */
  readonly campaign: string;
  /** What it is about where no campaign is meant: a release. Left out = servpack itself. */
  readonly about?: string;
  /** Policy time. */
  readonly at: number;
  readonly who: string | null;
  /** One sentence: what happened, and why. */
  readonly says: string;
  readonly wave?: string;
  /** The question that is asked, or answered. */
  readonly question?: Question;
  /** The alarm that begins with it. It lasts until something closes it. */
  readonly opens?: string;
  /** The alarms that end with it; one that ends with `*` names all that begin so. */
  readonly closes?: readonly string[];
  /** It is only the end of an alarm: without an open alarm nobody hears of it. */
  readonly onlyCloses?: true;
  /** How many clients it is about; left out = that is not counted. */
  readonly clients?: number;
}

/** A question that waits for a person. */
export interface Question {
  /** `wave early`, `abort`, `undo of client pc-7`. */
  readonly about: string;
  /** By which a person answers; left out = it is not known. */
  readonly id?: string;
  /** What became of it; left out = it is open. */
  readonly verdict?: 'approved' | 'rejected' | 'taken back' | 'closed without an answer';
}

/** Names of alarms. No name of a campaign or release holds a `|`; that of a blocker may. */
export const alarmOf = {
  paused: (campaign: string): string => `paused|${campaign}`,
  approval: (campaign: string, subject: string): string => `approval|${campaign}|${subject}`,
  request: (key: string): string => `request|${key}`,
  forecast: (campaign: string): string => `forecast|${campaign}`,
  still: (campaign: string): string => `still|${campaign}`,
  rising: (campaign: string, blocker: string): string => `rising|${campaign}|${blocker}`,
  withdrawn: (release: string): string => `withdrawn|${release}`,
  copy: (release: string, logonServer: string): string => `copy|${release}|${logonServer}`,
  halted: 'halted',
  failing: (campaign: string, round: string): string => `failing|${campaign}|${round}`,
  workers: 'workers',
  audit: 'audit',
  redis: 'redis',
} as const;

/** Every alarm of a campaign: they end with it. */
export const alarmsOfCampaign = (campaign: string): readonly string[] => [
  alarmOf.paused(campaign),
  alarmOf.still(campaign),
  alarmOf.forecast(campaign),
  alarmOf.rising(campaign, '*'),
  alarmOf.approval(campaign, '*'),
  alarmOf.failing(campaign, '*'),
];
