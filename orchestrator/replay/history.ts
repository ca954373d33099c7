import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { CampaignDefinition, Client } from '../../shared/domain/campaign/definition.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import type { KeptEntry } from '../../shared/store/seal-store.ts';
import type { RuleSources } from '../simulation/rulings.ts';

/** Where a client of the campaign waited or stands. */
export interface Member {
  readonly client: string;
  readonly wave: number;
  readonly logonServer: string;
}

/**
 * One thing that the audit says, in the order of the changes. A record, the whole campaign and its
 * members are attachments: they are as old as the entries before them, or newer.
 */
export type HistoryItem =
  | { readonly kind: 'entry'; readonly entry: KeptEntry }
  | { readonly kind: 'record'; readonly client: string; readonly version: number; readonly upgrade: Upgrade }
  | { readonly kind: 'campaign'; readonly version: number; readonly whole: Campaign }
  | { readonly kind: 'members'; readonly members: readonly Member[] };

/** Everything that is known of the course of one campaign. */
export interface History {
  /** As it stands now, or stood when it was archived. */
  readonly campaign: Campaign;
  /** Its definition when it was created. */
  readonly created: CampaignDefinition;
  /** By edition: the definition that came with it. Edition 0 is that of the creation. */
  readonly editions: ReadonlyMap<number, CampaignDefinition>;
  /** By name, with the logon server by which the campaign counts each. */
  readonly clients: ReadonlyMap<string, Client>;
  /** The members of now. */
  readonly members: readonly Member[];
  /** The records of now, by client. */
  readonly records: ReadonlyMap<string, Upgrade>;
  readonly items: readonly HistoryItem[];
  /** What looks have found, by SHA-256. */
  readonly evidence: ReadonlyMap<string, string>;
  readonly sources: RuleSources;
  /** Policy time: nothing later is known. */
  readonly until: number;
}

/** A client of the campaign; of one that has left the fleet only its logon server is known. */
export const clientIn = (
  clients: History['clients'],
  { client, logonServer }: Pick<Member, 'client' | 'logonServer'>,
): Client =>
  clients.get(client) ?? { client, host: client, logonServer, zone: 'UTC', role: 'workstation', labels: [] };

/** By client: its newest entry that changes a record. */
export function lastEntries(items: readonly HistoryItem[]): ReadonlyMap<string, KeptEntry> {
  const last = new Map<string, KeptEntry>();
  for (const item of items)
    if (item.kind === 'entry' && item.entry.client !== null && item.entry.version !== null)
      last.set(item.entry.client, item.entry);
  return last;
}

/** The campaign as it was created: nothing of what people and clients did stands in it. */
export function asCreated({ campaign, created }: Pick<History, 'campaign' | 'created'>): Campaign {
  const { createdAt, life, approvals } = campaign;
  const authors = approvals?.authors;
  return {
    definition: created,
    createdAt,
    waveSizes: created.waves.map(() => 0),
    state: { status: 'created' },
    ...(life === undefined ? {} : { life }),
    ...(authors === undefined ? {} : { approvals: { authors } }),
  };
}
