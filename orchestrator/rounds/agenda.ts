import { isNews, type News } from './news.ts';

/** When a campaign must be looked at again. A change of the campaign itself always comes first. */
export interface NextLook {
  /** Policy time of the next moment at which time alone changes something; null = there is none. */
  readonly at: number | null;
  /** Real milliseconds from now on; for work that goes on in slices. */
  readonly inMs?: number;
  /** Another campaign may hold it up: it is looked at when anything changes, once a second. */
  readonly afterAnyChange?: boolean;
  /** It shares logon servers with other campaigns: at any change all of them are looked at. */
  readonly isSharing?: boolean;
}

/** Nothing but a change of the campaign itself matters. */
export const whenChanged: NextLook = { at: null };

/** The earliest of some moments; null = there is none. */
export const earliest = (moments: readonly (number | null)[]): number | null => {
  const times = moments.filter((time) => time !== null);
  return times.length === 0 ? null : Math.min(...times);
};

/** Real time. */
const othersEveryMs = 1_000;

interface Planned {
  readonly next: NextLook;
  /** By `performance.now()`. */
  readonly plannedAt: number;
  /** Something has changed since, in whichever campaign. */
  isStale: boolean;
}

/** Which campaigns a round looks at, and when: after a change, or when their moment has come. */
export interface Agenda {
  /**
   * The campaigns to look at now; null = all. What was planned for them is forgotten.
   * @param now policy time
   */
  due(news: News, now: number): readonly string[] | null;
  plan(campaign: string, next: NextLook): void;
}

export function openAgenda(): Agenda {
  const planned = new Map<string, Planned>();
  const isDue = ({ next, plannedAt, isStale }: Planned, now: number): boolean => {
    const passed = performance.now() - plannedAt;
    return (
      (next.at !== null && next.at <= now) ||
      (next.inMs !== undefined && passed >= next.inMs) ||
      (isStale && next.isSharing === true) ||
      (isStale && next.afterAnyChange === true && passed >= othersEveryMs)
    );
  };
  return {
    due: (news, now) => {
      if (news.everything) {
        planned.clear();
        return null;
      }
      if (isNews(news)) for (const each of planned.values()) each.isStale = true;
      const due = [...planned].filter(([, each]) => isDue(each, now)).map(([campaign]) => campaign);
      const names = [...new Set([...news.campaigns, ...news.clients, ...(news.walked ?? []), ...due])];
      for (const name of names) planned.delete(name);
      return names;
    },
    plan: (campaign, next) => {
      planned.set(campaign, { next, plannedAt: performance.now(), isStale: false });
    },
  };
}
