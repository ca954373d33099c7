import type { Client } from '../../shared/domain/campaign/definition.ts';
import { err, ok, type Result } from '../../shared/errors.ts';
import { capped, evidenceBytesAtMost } from '../../shared/evidence.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import { dispatchJobs, type OrchestratorContext } from '../context.ts';
import { notFound, type Refusal } from '../refusal.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import type { AuditEntry, WaitingClient, StoredUpgrade } from '../../shared/store/types.ts';

/** One client's part in one campaign. */
export type Part =
  | { readonly kind: 'waiting'; readonly campaign: string; readonly pick: WaitingClient }
  | { readonly kind: 'admitted'; readonly campaign: string; readonly stored: StoredUpgrade };

/** An audit entry with its time as ISO 8601, UTC. */
export type AuditLine = Omit<AuditEntry, 'at'> & { readonly at: string };

export interface ClientRecord {
  readonly client: Client;
  /** `record` is the whole upgrade, or the place in the queue of a waiting client. */
  readonly part: { readonly campaign: string; readonly state: string; readonly record: unknown } | null;
  /** Newest first. */
  readonly audit: readonly AuditLine[];
}

export interface CheckIn {
  readonly client: string;
  /** False when there is nothing to do; `because` says why. That is no error. */
  readonly looks: boolean;
  readonly campaign: string | null;
  readonly because: string;
}

/**
 * The part of the client that matters now: in the asked campaign, else in the campaign that holds
 * the client, else in the newest campaign that knows it. Null = none knows it.
 */
export async function partOf(
  store: OperatorStore,
  client: string,
  asked: string | null,
): Promise<Part | null> {
  const held = asked ?? (await store.claimOf(client));
  if (held !== null) return partIn(store, held, client);
  const records = [...(await store.campaigns())].sort((a, b) => b.campaign.createdAt - a.campaign.createdAt);
  for (const { campaign } of records) {
    const part = await partIn(store, campaign.definition.campaign, client);
    if (part !== null) return part;
  }
  return null;
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
  { store }: OrchestratorContext,
  name: string,
  entries: number,
): Promise<Result<ClientRecord, Refusal>> {
  const client = await store.readClient(name);
  if (client === null) return err(notFound('client', name, ' in the fleet'));
  const audit = await store.audit(entries, { client: name });
  return ok({
    client,
    part: shown(await partOf(store, name, null)),
    audit: audit.map((entry) => ({ ...entry, at: isoOf(entry.at) })),
  });
}

function shown(part: Part | null): ClientRecord['part'] {
  if (part === null) return null;
  const { campaign } = part;
  if (part.kind === 'waiting') return { campaign, state: 'waiting', record: part.pick };
  return { campaign, state: part.stored.upgrade.state.phase, record: part.stored };
}

/**
 * A client reports in (its logon script, or a person for it). That causes a look at once and proves
 * nothing by itself.
 * @param transcript what Smsrun32 said; cut to 16 KiB
 */
export async function checkIn(
  context: OrchestratorContext,
  name: string,
  transcript: string | null,
): Promise<Result<CheckIn, Refusal>> {
  if ((await context.store.readClient(name)) === null) return err(notFound('client', name, ' in the fleet'));
  return ok(await reportIn(context, name, transcript));
}

/** The same for a client that is known to be in the fleet. */
export async function reportIn(
  context: OrchestratorContext,
  name: string,
  transcript: string | null,
): Promise<CheckIn> {
  const { store, clock, log } = context;
  const cut = transcript === null ? null : capped(transcript, evidenceBytesAtMost);
  const delivered = await store.deliver(name, { type: 'CheckedIn', transcript: cut }, clock.now());
  log.info({ client: name, answer: delivered.kind }, 'checked in');
  if (delivered.kind === 'ignored')
    return { client: name, looks: false, campaign: null, because: delivered.because };
  const { key, next } = delivered;
  await dispatchJobs(context, next === null ? [] : [next]);
  const because =
    next === null ? 'it is looked at as soon as its driver or a free slot allows' : 'it is looked at now';
  return { client: name, looks: true, campaign: key.campaign, because };
}
