import type { Counters } from '../../shared/domain/outcome/counters.ts';

/** The counters of a campaign without its logon servers. */
export interface SummedCounters {
  /** As before, with the states of all logon servers in one: `state|wave||bucket`. */
  readonly counters: Counters;
  /** Clients that download, by logon server. */
  readonly downloading: ReadonlyMap<string, number>;
}

/**
 * Sums counters over the logon servers, in one pass: a campaign of a million clients has tens of
 * thousands of counters, and the readings of a scrape need some hundred sums of them.
 */
export function sumServers(counters: Counters): SummedCounters {
  const summed: Record<string, number> = {};
  const downloading = new Map<string, number>();
  for (const name in counters) {
    const count = counters[name] ?? 0;
    if (name.startsWith('state|')) {
      const server = name.indexOf('|', 'state|'.length);
      const bucket = name.indexOf('|', server + 1);
      const key = `${name.slice(0, server)}|${name.slice(bucket)}`;
      summed[key] = (summed[key] ?? 0) + count;
    } else if (name.startsWith('downloading|')) downloading.set(name.slice('downloading|'.length), count);
    else if (!name.startsWith('downloadRests|') && !name.startsWith('held|')) summed[name] = count;
  }
  return { counters: summed, downloading };
}
