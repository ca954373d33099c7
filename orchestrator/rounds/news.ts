import type { Change } from '../../shared/store/change-store.ts';

/** What may have changed since a round ran last. */
export interface News {
  /** Anything may have changed; the sets say nothing then. */
  readonly everything: boolean;
  /** Campaigns that have changed themselves, or for which the leader was woken. */
  readonly campaigns: ReadonlySet<string>;
  /** Campaigns of which a client has changed. */
  readonly clients: ReadonlySet<string>;
  /** Campaigns that the safety walk has come to; nothing says that they have changed. */
  readonly walked?: ReadonlySet<string>;
}

export const everything: News = { everything: true, campaigns: new Set(), clients: new Set() };

export const isNews = ({ everything: all, campaigns, clients }: News): boolean =>
  all || campaigns.size > 0 || clients.size > 0;

/** Gathers for one round what has changed while the round was not running. */
export interface Mailbox {
  put(changes: readonly Change[]): void;
  /** The round looks at this campaign, though nothing says that it has changed. */
  putWalked(campaign: string): void;
  /** Anything may have changed: the round looks at everything once. */
  putEverything(): void;
  /** What has come in since the last time. */
  take(): News;
}

/** A new mailbox holds everything: a round that has never run knows nothing. */
export function openMailbox(): Mailbox {
  let all = true;
  let campaigns = new Set<string>();
  let clients = new Set<string>();
  let walked = new Set<string>();
  return {
    put: (changes) => {
      // A change of the fleet, of a release or of the halt concerns every campaign.
      if (changes.some(({ campaign }) => campaign === '')) all = true;
      for (const { campaign, of } of changes) (of === 'client' ? clients : campaigns).add(campaign);
    },
    putWalked: (campaign) => {
      walked.add(campaign);
    },
    putEverything: () => {
      all = true;
    },
    take: () => {
      const news = { everything: all, campaigns, clients, walked };
      all = false;
      campaigns = new Set();
      clients = new Set();
      walked = new Set();
      return news;
    },
  };
}
