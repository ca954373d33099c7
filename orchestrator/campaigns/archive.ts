import type { ArchivedClient } from '../archive/archive-file.ts';
import type { CampaignArchive } from '../archive/campaign-archive.ts';
import type { OrchestratorContext } from '../context.ts';
import { notFound, type Refusal } from '../refusal.ts';
import { endedMarked } from '../../shared/domain/upgrade/count-upgrade.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { reasonOf } from '../../shared/reason-of.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import type { CampaignRecord } from '../../shared/store/types.ts';
import { finishRemoval, type RemovedCampaign } from './remove.ts';
import { runAgain } from './retry.ts';
import { changeCampaign } from './transitions.ts';

/**
 * Archives a campaign that is over. First its head says so, which ends everything else; then its
 * file is written, and its head names the file; then its records go. Whatever breaks off is ended
 * by asking again: before the file is named it is written again from all records.
 */
export async function archiveCampaign(
  context: OrchestratorContext,
  who: string,
  name: string,
  reason: string,
): Promise<Result<RemovedCampaign, Refusal>> {
  const { store, campaignArchive } = context;
  if (campaignArchive === undefined)
    return err(fault('archive.none', 'this orchestrator has no data folder to archive to'));
  const asked = await changeCampaign(context, who, name, async () => ({
    event: {
      type: 'RemovalRequested',
      kind: 'archive',
      by: who,
      reason,
      counters: await store.counters(name),
    },
  }));
  if (!asked.ok) return asked;
  const written = await ensureWritten(context, campaignArchive, who, name);
  if (!written.ok) return written;
  const { file = null } = written.value.campaign.removal ?? {};
  return ok(await finishRemoval(context, written.value, 'archived', file));
}

/** The file is written and the head names it: from now on records may be deleted. */
async function ensureWritten(
  context: OrchestratorContext,
  archive: CampaignArchive,
  who: string,
  name: string,
): Promise<Result<CampaignRecord, Refusal>> {
  const { store, clock } = context;
  const record = await store.readCampaign(name);
  const removal = record?.campaign.removal;
  if (record === null || removal?.kind !== 'archive') return err(notFound('campaign', name));
  if (removal.file !== undefined) return ok(record);
  const found = await countOpen(store, name);
  if (found.again > 0) return runsAgain(context, who, name, found.again);
  if (found.open > 0) return undone(context, who, name, whyOpen(name, found.open));
  const { removal: _removal, ...campaign } = record.campaign;
  const counters = await store.counters(name);
  const editions = await store.editions(name);
  const forecasts = await store.readForecasts(name);
  const { by, because } = removal;
  try {
    const kept = { counters, editions, ...(forecasts === null ? {} : { forecasts }) };
    const head = { archive: 1, at: clock.now(), by, because, campaign, ...kept } as const;
    const file = await archive.write(head, clientsOf(store, name));
    const named = await changeCampaign(context, who, name, async () => ({
      event: { type: 'ArchiveWritten', file },
    }));
    if (!named.ok) return named;
  } catch (error) {
    if (!isOfFile(error)) throw error;
    return undone(
      context,
      who,
      name,
      fault('archive.file', `campaign ${name} was not archived: ${reasonOf(error)}`),
    );
  }
  const present = await store.readCampaign(name);
  return present === null ? err(notFound('campaign', name)) : ok(present);
}

/** Errors of the file system name the call. */
const isOfFile = (error: unknown): boolean => error instanceof Error && 'syscall' in error;

/** Restores the campaign as it was, and returns the reason for the refusal. */
async function undone(
  context: OrchestratorContext,
  who: string,
  name: string,
  refusal: Refusal,
): Promise<Result<never, Refusal>> {
  await changeCampaign(context, who, name, async () => ({
    event: { type: 'RemovalUndone', because: refusal.message },
  }));
  return err(refusal);
}

/** Clients that installs at a logon, or on which something that servpack changed is not ended. */
const isOpen = (upgrade: Upgrade): boolean => {
  const { workaround, replacing, unfinished } = upgrade.memory.open;
  return endedMarked(upgrade) || workaround !== null || replacing !== null || unfinished;
};

/** `again`: clients that a person opened again after the counters were read, which end nothing. */
async function countOpen(
  store: OperatorStore,
  name: string,
): Promise<{ readonly open: number; readonly again: number }> {
  let [open, again] = [0, 0];
  for await (const { upgrade } of store.upgrades(name)) {
    if (upgrade.state.phase !== 'settled') again += 1;
    else if (isOpen(upgrade)) open += 1;
  }
  return { open, again };
}

/** The request that opened the clients could not let a campaign run that was being archived. */
async function runsAgain(
  context: OrchestratorContext,
  who: string,
  name: string,
  clients: number,
): Promise<Result<never, Refusal>> {
  const because = `${clients} ${clients === 1 ? 'client is' : 'clients are'} open again`;
  const refusal = await undone(
    context,
    who,
    name,
    fault(
      'campaign.refused',
      `campaign ${name} was not archived: ${because}; archive it when it is over again`,
    ),
  );
  await runAgain(context, who, name, because);
  return refusal;
}

const whyOpen = (name: string, open: number): Refusal =>
  fault(
    'campaign.refused',
    `campaign ${name}: something is open on ${open} ${open === 1 ? 'client' : 'clients'}, which only its records know; look at them: servpack campaign clients ${name} --state attention`,
  );

async function* clientsOf(store: OperatorStore, name: string): AsyncGenerator<ArchivedClient> {
  for await (const pick of store.waiting(name)) yield { kind: 'waiting', pick };
  for await (const stored of store.upgrades(name)) yield { kind: 'record', stored };
}
