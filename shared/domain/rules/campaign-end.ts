/**
 * When a campaign is to be over, and what becomes of it then. `finish`: nothing begins any more on
 * a client on which nothing has begun, and the others go on to their end. `cancel`: as an abort.
 * `force`: the window and logged-on users no longer hold a client.
 */
export interface CampaignEnd {
  /** Policy time. */
  readonly at: number;
  readonly does: 'finish' | 'cancel' | 'force';
}

/** The part of a policy that says when the campaign is over; left out = at no moment. */
interface Ends {
  readonly end?: CampaignEnd;
}

/** Has the deadline passed after which the window and logged-on users hold no client? */
export const isForced = ({ end }: Ends, now: number): boolean => end?.does === 'force' && now >= end.at;

/** The deadline of the campaign while it is still to come; null = there is none. */
export const deadlineAhead = ({ end }: Ends, now: number): number | null =>
  end?.does === 'force' && now < end.at ? end.at : null;

/** May nothing begin any more on a client on which nothing has begun? */
export const isOver = ({ end }: Ends, now: number): boolean =>
  end !== undefined && end.does !== 'force' && now >= end.at;

/** The cause with which clients end that the campaign no longer reached. */
export const endCause = "the campaign's end";
