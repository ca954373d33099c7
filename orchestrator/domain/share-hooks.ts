/** Real time for which a campaign that found no room counts as waiting for room. */
const waitsForMs = 5_000;

/**
 * Shares the room for hooks among campaigns, so that a campaign with many clients does not keep the
 * hooks of another one waiting.
 */
export interface HookShares {
  /** How many hooks this campaign may have at once: an equal share of those that want room. */
  shareOf(campaign: string, atOnce: number, now: number): number;
  /** The campaign found no room. */
  noteWanting(campaign: string, now: number): void;
}

/** Times are real time in milliseconds. */
export function hookShares(): HookShares {
  const wanting = new Map<string, number>();
  return {
    shareOf: (campaign, atOnce, now) => {
      for (const [name, at] of wanting) if (now - at > waitsForMs) wanting.delete(name);
      const others = [...wanting.keys()].filter((name) => name !== campaign).length;
      return Math.max(1, Math.floor(atOnce / (others + 1)));
    },
    noteWanting: (campaign, now) => {
      wanting.set(campaign, now);
    },
  };
}
