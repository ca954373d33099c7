import type { OrchestratorContext } from '../context.ts';
import { newestEntries } from '../audit/newest-entries.ts';
import { whyBeyondPart } from '../beyond-reach.ts';
import { notFound, type Refusal } from '../refusal.ts';
import type { CampaignState } from '../../shared/domain/campaign/campaign.ts';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { err, ok, type Result } from '../../shared/errors.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import type { AuditEntry, CampaignRecord, StoredUpgrade, WaitingClient } from '../../shared/store/types.ts';

/** One client's part in one campaign. */
export type Part =
  | { readonly kind: 'waiting'; readonly campaign: string; readonly pick: WaitingClient }
  | { readonly kind: 'admitted'; readonly campaign: string; readonly stored: StoredUpgrade };

/** An audit entry with its time as ISO 8601, UTC. */
export type AuditLine = Omit<AuditEntry, 'at'> & { readonly at: string };

/** Everything that is stored about one client. */
export interface ClientRecord {
  readonly client: Client;
  /** `record` is the whole upgrade, or the place in the queue of a waiting client. */
  readonly part: { readonly campaign: string; readonly state: string; readonly record: unknown } | null;
  /** Newest first. */
  readonly audit: readonly AuditLine[];
}

/**
 * The part of the client that matters now: in the asked campaign, else in the campaign that holds
 * the client, else in the first campaign that knows it: running before paused before those that
 * have not begun before those that are over, and the newest of its kind. A campaign that knows a
 * former client of the same name counts only where it was asked for. Null = none knows it.
 */
export async function partOf(
  store: OperatorStore,
  client: string,
  asked: string | null,
): Promise<Part | null> {
  const held = asked ?? (await store.claimOf(client));
  if (held !== null) return partIn(store, held, client);
  for (const { campaign } of await byWeight(store, client)) {
    const part = await partIn(store, campaign.definition.campaign, client);
    if (part !== null) return part;
  }
  return null;
}

/**
 * The same for a request that acts on it: whether its caller reaches the client and the campaign is
 * checked of what was read here. Faults: `notFound.client`, `role.site`, `role.campaign`.
 */
export async function reachedPart(
  { store, asker }: OrchestratorContext,
  name: string,
  asked: string | null,
): Promise<Result<Part | null, Refusal>> {
  const client = await store.readClient(name);
  if (client === null) return err(notFound('client', name, ' in the fleet'));
  const part = await partOf(store, name, asked);
  const beyond =
    asker === undefined ? null : whyBeyondPart(asker, client.logonServer, part?.campaign ?? null);
  return beyond === null ? ok(part) : err(beyond);
}

/** A further campaign that knows a client. */
export interface OtherCampaign {
  readonly campaign: string;
  readonly status: CampaignState['status'];
}

/** The campaigns that know the client, but for this one, in the order of `partOf`. */
export async function otherCampaigns(
  store: OperatorStore,
  client: string,
  campaign: string,
): Promise<readonly OtherCampaign[]> {
  const records = (await byWeight(store, client)).filter(
    (each) => each.campaign.definition.campaign !== campaign,
  );
  const parts = await Promise.all(
    records.map((each) => partIn(store, each.campaign.definition.campaign, client)),
  );
  return records
    .filter((_, at) => parts[at] !== null)
    .map((each) => ({ campaign: each.campaign.definition.campaign, status: each.campaign.state.status }));
}

const weights: Readonly<Record<CampaignState['status'], number>> = {
  running: 0,
  paused: 1,
  scheduled: 2,
  waitingForRelease: 2,
  created: 3,
  ended: 4,
  aborted: 4,
};

async function byWeight(store: OperatorStore, client: string): Promise<readonly CampaignRecord[]> {
  const [records, former] = await Promise.all([store.campaigns(), store.formerCampaigns(client)]);
  return records
    .filter(({ campaign }) => !former.includes(campaign.definition.campaign))
    .sort(
      ({ campaign: a }, { campaign: b }) =>
        weights[a.state.status] - weights[b.state.status] || b.createdAt - a.createdAt,
    );
}

async function partIn(store: OperatorStore, campaign: string, client: string): Promise<Part | null> {
  const pick = await store.readWaiting({ campaign, client });
  if (pick !== null) return { kind: 'waiting', campaign, pick };
  // Read second: in between a waiting client may be admitted, but an admitted one never waits
  // again.
  const stored = await store.readUpgrade({ campaign, client });
  return stored === null ? null : { kind: 'admitted', campaign, stored };
}

/** The fleet entry, the record and the last audit entries of a client. */
export async function readClientRecord(
  context: OrchestratorContext,
  name: string,
  entries: number,
): Promise<Result<ClientRecord, Refusal>> {
  const { store } = context;
  const client = await store.readClient(name);
  if (client === null) return err(notFound('client', name, ' in the fleet'));
  const audit = await newestEntries(context, entries, { client: name });
  return ok({
    client,
    part: await shown(store, await partOf(store, name, null)),
    audit: audit.map((entry) => ({ ...entry, at: isoOf(entry.at) })),
  });
}

/** A client that nothing was begun on is cancelled with its campaign. */
async function shown(store: OperatorStore, part: Part | null): Promise<ClientRecord['part']> {
  if (part === null) return null;
  const { campaign } = part;
  if (part.kind === 'admitted')
    return { campaign, state: part.stored.upgrade.state.phase, record: part.stored };
  const status = (await store.readCampaign(campaign))?.campaign.state.status;
  return { campaign, state: status === 'aborted' ? 'cancelled' : 'waiting', record: part.pick };
}
