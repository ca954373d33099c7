import { counted } from '../domain/counted.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import { removedTo } from '../../shared/store/removal-store.ts';
import type { AuditEntry } from '../../shared/store/types.ts';
import { whyEnded } from '../caller.ts';
import type { OrchestratorContext } from '../context.ts';
import type { Refusal } from '../refusal.ts';
import { giveUpMachines } from './give-up-machines.ts';
import { leftOnClients, openReasons } from './kept-clients.ts';
import { leaveCampaigns } from './leave-campaigns.ts';
import { fleetSpellings } from './spelling.ts';

/** Which clients are taken out of the fleet, and why. */
export interface RemovalRequest {
  readonly clients: readonly string[];
  readonly reason: string;
  /** Their machines are gone: what a settled upgrade has left open on one does not keep it. */
  readonly gone?: boolean;
  /** Finds the same refusals, and changes nothing. */
  readonly dryRun?: boolean;
}

export interface RemovedClients {
  readonly dryRun: boolean;
  readonly removed: number;
  readonly total: number;
  /** The first of them, as the fleet spells them. */
  readonly clients: readonly string[];
}

/** No person reads more clients. */
export const namedAtMost = 100;
const removedAtOnce = 500;

/**
 * Takes clients out of the fleet. Refused when the fleet does not have one of them, and while a
 * campaign has something open on one or still wants one. What campaigns and the audit know of them
 * stays.
 */
export async function removeFromFleet(
  context: OrchestratorContext,
  who: string,
  { clients: typed, reason, gone = false, dryRun = false }: RemovalRequest,
): Promise<Result<RemovedClients, Refusal>> {
  const { store } = context;
  const clients = [...new Set(await fleetSpellings(store, typed))].sort();
  const unknown = await unknownIn(store, clients);
  if (unknown.length > 0) return err(notInFleet(unknown));
  const refusal = await whyKept(store, clients, gone);
  if (refusal !== null) return err(refusal);
  const named = { dryRun, clients: clients.slice(0, namedAtMost) };
  if (dryRun)
    return ok({ ...named, removed: clients.length, total: (await store.fleetSize()) - clients.length });
  const ended = await whyEnded(context.caller);
  if (ended !== null) return err(ended);
  const removed = await takeOut(context, who, clients, { reason, gone });
  return removed.ok ? ok({ ...named, ...removed.value }) : removed;
}

/** Why these clients cannot be taken out; null = they can. */
export async function whyKept(
  store: OperatorStore,
  clients: readonly string[],
  gone: boolean,
): Promise<Refusal | null> {
  const reasons = await openReasons(store, clients, gone);
  if (reasons.length === 0) return null;
  const kept = new Set(reasons.map(({ client }) => client)).size;
  const first = reasons
    .slice(0, shownAtMost)
    .map(({ client, campaign, because }) => `client ${client} of campaign ${campaign}: ${because}`);
  const more = reasons.length > shownAtMost ? `; and ${reasons.length - shownAtMost} more` : '';
  const isLeft = reasons.every(({ isSettled }) => isSettled);
  const campaign = reasons[0]?.campaign ?? '';
  const todo = isLeft
    ? `take it back first (servpack campaign unmark ${campaign} --reason …), or say --gone where the machines are gone`
    : 'wait until they have settled there, or leave them out: servpack client skip CLIENT --reason …';
  return fault(
    'fleet.kept',
    `nothing was removed: ${kept} of ${clients.length} ${kept === 1 ? 'is' : 'are'} kept by a campaign; ${first.join('; ')}${more}; ${todo}`,
  );
}

const shownAtMost = 5;

/**
 * Takes clients out, piece by piece: each piece as a whole or not at all. Where the machines are
 * gone, what was left open on them is given up.
 * @param clients as the fleet spells them
 */
export async function takeOut(
  context: OrchestratorContext,
  who: string,
  clients: readonly string[],
  { reason, gone }: Required<Pick<RemovalRequest, 'reason' | 'gone'>>,
): Promise<Result<{ readonly removed: number; readonly total: number }, Refusal>> {
  const { store, clock, log } = context;
  // Read before they leave: the records of removed clients are passed over.
  const left = gone ? await leftOnClients(store, clients, Infinity) : [];
  const at = clock.now();
  const entry = (client: string): AuditEntry => ({
    at,
    campaign: '',
    client,
    who,
    from: 'in the fleet',
    to: removedTo,
    because: `removed from the fleet: ${reason}`,
    evidence: null,
  });
  let [removed, total] = [0, await store.fleetSize()];
  for (let from = 0; from < clients.length; from += removedAtOnce) {
    const piece = clients.slice(from, from + removedAtOnce);
    await leaveCampaigns(context, who, piece, reason);
    const outcome = await store.removeClients(piece.map((client) => ({ client, audit: entry(client) })));
    if (outcome.kind === 'kept') {
      const [first] = outcome.kept;
      return err(
        fault(
          'fleet.kept',
          `${removed === 0 ? 'nothing was removed' : `${removed} of ${counted(clients.length, 'client')} ${removed === 1 ? 'was' : 'were'} removed`}: campaign ${first?.campaign ?? ''} has begun with client ${first?.client ?? ''} at this moment; try again`,
        ),
      );
    }
    removed += outcome.removed;
    ({ total } = outcome);
    const taken = new Set(piece);
    const open = left.filter(({ client }) => taken.has(client));
    await giveUpMachines(context, who, open, reason);
  }
  log.info({ who, removed, total }, 'clients removed from the fleet');
  return ok({ removed, total });
}

async function unknownIn(store: OperatorStore, clients: readonly string[]): Promise<readonly string[]> {
  const found = await store.spellings(clients);
  return clients.filter((client, at) => found[at]?.includes(client) !== true);
}

function notInFleet(unknown: readonly string[]): Refusal {
  const more = unknown.length > shownAtMost ? `, and ${unknown.length - shownAtMost} more` : '';
  const names = `${unknown.slice(0, shownAtMost).join(', ')}${more}`;
  return {
    ...fault('notFound.client', `nothing was removed: there is no client named ${names} in the fleet`),
    ...(unknown.length === 1 ? { unknown: { kind: 'client', name: unknown[0] ?? '' } } : {}),
  };
}
