/** The topics that a reader has asked for. */
export interface Topics {
  /** The head of every campaign. */
  readonly heads: boolean;
  /** Every entry of the audit, and every question that waits for a person. */
  readonly feed: boolean;
  /** Everything about these campaigns. */
  readonly campaigns: ReadonlySet<string>;
}

const campaignsAtMost = 50;

/**
 * Reads `heads`, `feed` and `campaign:NAME`, with commas between them.
 * @returns null where the text names another topic, none, or more than 50 campaigns
 */
export function readTopics(text: string): Topics | null {
  const names = text.split(',').map((name) => name.trim());
  const campaigns = names.filter((name) => name.startsWith('campaign:')).map((name) => name.slice(9));
  const others = names.filter((name) => !name.startsWith('campaign:'));
  if (others.some((name) => name !== 'heads' && name !== 'feed')) return null;
  if (campaigns.some((name) => name === '') || campaigns.length > campaignsAtMost) return null;
  return {
    heads: others.includes('heads'),
    feed: others.includes('feed'),
    campaigns: new Set(campaigns),
  };
}

/** Two readers with the same key have the same topics. */
export const keyOf = ({ heads, feed, campaigns }: Topics): string =>
  JSON.stringify([heads, feed, ...[...campaigns].toSorted()]);

export const wantsHead = ({ heads, campaigns }: Topics, campaign: string): boolean =>
  heads || campaigns.has(campaign);

/** Whether entries of this campaign, and its questions, go to the reader. */
export const wantsEntries = ({ feed, campaigns }: Topics, campaign: string): boolean =>
  feed || campaigns.has(campaign);
