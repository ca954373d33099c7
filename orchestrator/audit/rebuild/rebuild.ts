import type { Clock } from '../../../shared/clock.ts';
import type { RecordLine } from '../format/attachment-lines.ts';
import type { Chain } from '../format/verify-chain.ts';
import { idBefore, whyNoId } from '../format/entry-id.ts';
import { inOrder } from '../../domain/plan-waves.ts';
import { rebuiltUpgrade, rebuiltCampaign, sizedBy } from '../../domain/rebuilt.ts';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import { sha256 } from '../../../shared/evidence.ts';
import { everyClient, revokedTo } from '../../../shared/store/check-in-store.ts';
import { removedTo } from '../../../shared/store/removal-store.ts';
import type { PutBackUpgrade } from '../../../shared/store/rebuild-store.ts';
import type { Store } from '../../../shared/store/store.ts';
import { verifyAgainst } from '../verify.ts';
import type { Refusal } from '../../refusal.ts';
import { editionsIn } from './editions.ts';
import { entryAt } from './entry.ts';
import {
  putBackHooks,
  putBackLimits,
  putBackRemediations,
  putBackRequests,
  putBackSchedules,
  putBackStepTimes,
} from './put-back-control.ts';
import { putBackRemovals, standIns } from './removals.ts';
import { type Counts, countUp } from './counts.ts';
import { gapOf, many, notesOf, type Rebuilt, summary } from './summary.ts';
import { putBackRestarts } from './restarts.ts';
import { newestRecords, readSnapshot, type Snapshot, type Source, sourceOf } from './snapshot.ts';
import { calendarClass } from '../../../shared/domain/campaign/calendar.ts';
import type { Campaign } from '../../../shared/domain/campaign/campaign.ts';
import type { WaitingClient } from '../../../shared/store/types.ts';

/**
 * Puts the records back from the files of the audit. Refused when a file was changed or a block is
 * missing (`rebuild.notWhole`), when the prefix already holds records (`rebuild.notEmpty`), and
 * while an orchestrator leads there (`rebuild.leads`).
 * @param store null = write nothing and say what would be written
 * @param logs logs of an orchestrator, whose heads the files must have
 */
export async function rebuild(
  store: Store | null,
  clock: Clock,
  paths: readonly string[],
  logs: readonly string[] = [],
): Promise<Result<Rebuilt, Refusal>> {
  const verdict = await verifyAgainst(paths, logs);
  if (!verdict.ok) return verdict;
  const { faults, chains } = verdict.value;
  const [first] = faults;
  if (first !== undefined)
    return err(
      fault(
        'rebuild.notWhole',
        `the audit is not whole (${many(faults.length, 'fault')}, the first: ${first.says}); "servpack audit verify" tells all`,
      ),
    );
  if (chains.length === 0) return err(fault('rebuild.nothing', 'there is no block in these files'));
  const source = sourceOf(verdict.value);
  const refusal = store === null ? null : await whyUnfit(store, source, chains);
  if (refusal !== null) return err(refusal);
  const snapshot = await readSnapshot(source);
  const counts = await countUp(source, snapshot);
  const gap = gapOf(chains, counts);
  if (store !== null) await write(store, clock.now(), { source, snapshot, chains, counts, gap });
  const restored = { ...summary(snapshot, counts, chains, gap), notes: notesOf(verdict.value) };
  return ok({ ...restored, isWritten: store !== null });
}

/**
 * The number of shards stays: each shard has a chain of its own, and each client has its home in
 * one shard. An id that Redis' clock has not reached would stand before every later entry.
 */
async function whyUnfit(store: Store, { files }: Source, chains: readonly Chain[]): Promise<Refusal | null> {
  if (!(await store.isEmpty())) return notEmpty;
  const leader = await store.leader();
  if (leader !== null) return leads(leader.owner);
  const [shards, was] = [await store.shards(), files.flatMap(({ opening }) => opening?.shards ?? [])[0]];
  if (shards !== was)
    return fault(
      'rebuild.shards',
      `the audit is that of ${many(was ?? 0, 'shard')}, not of ${shards}; set SERVPACK_SHARDS to ${was}`,
    );
  for (const { shard, last } of chains) {
    const { now } = await store.redisRun(shard);
    const early = whyNoId(last?.last ?? '', now);
    if (early !== null)
      return fault('rebuild.clock', `shard ${shard}: ${early}; set the clock of the Redis server`);
  }
  return null;
}

const notEmpty = fault(
  'rebuild.notEmpty',
  'there are records under this prefix already; stop every orchestrator and worker, and rebuild into an empty Redis or under another SERVPACK_PREFIX',
);

const leads = (owner: string): Refusal =>
  fault(
    'rebuild.leads',
    `orchestrator ${owner} leads in this Redis, or did until a few seconds ago; stop every orchestrator and worker, and try again`,
  );

interface Restored {
  readonly source: Source;
  readonly snapshot: Snapshot;
  readonly chains: readonly Chain[];
  readonly counts: ReadonlyMap<string, Counts>;
  readonly gap: string;
}

/** Writes the seals first: what is put back leaves entries, which follow the last block. */
async function write(
  store: Store,
  now: number,
  { source, snapshot, chains, counts, gap }: Restored,
): Promise<void> {
  await store.dropJobs();
  for (const { shard, last } of chains) {
    if (last === null) continue;
    const { block: number, head, first, last: end } = last;
    const seal = { number, head, after: idBefore(first), last: end, header: last.header };
    if (!(await store.putBackSeal(shard, seal)))
      throw new Error(`shard ${shard}: the clock of Redis went back`);
  }
  const entry = entryAt(now);
  await putBackHalt(store, snapshot, entry);
  await putBackLimits(store, snapshot, now);
  for (const release of snapshot.releases.values())
    await store.stageRelease(
      release,
      { sha256: sha256(gap), text: gap },
      entry('', null, '', 'staged', `${release.release}: put back`),
    );
  const fleet = [...snapshot.fleet.values(), ...standIns(snapshot)];
  if (fleet.length > 0)
    await store.importFleet(
      fleet,
      entry('', null, '', 'imported', `${many(fleet.length, 'client')}: put back`),
    );
  for (const [client, least] of snapshot.tokens)
    await store.raiseGeneration(
      client,
      least,
      entry('', client === everyClient ? null : client, '', revokedTo, `below generation ${least}: put back`),
    );
  for (const [name, life] of snapshot.removed) await store.putBackLife(name, life);
  await writeCampaigns(store, now, snapshot, gap);
  await writeUpgrades(store, now, source, snapshot);
  await putBackRemediations(store, snapshot);
  await putBackStepTimes(store, snapshot);
  await store.putBackFreeTimes(snapshot.freeTimes);
  await putBackHooks(store, snapshot, counts, now);
  await putBackSchedules(store, snapshot, now);
  await putBackRequests(store, snapshot, now);
  await putBackRestarts(store, now, snapshot);
  await putBackRemovals(store, snapshot, (client) =>
    entry('', client, 'in the fleet', removedTo, 'removed from the fleet: put back'),
  );
}

/** Comes first: a campaign that waits for its start must not start before everything may go on. */
async function putBackHalt(
  store: Store,
  { halt }: Snapshot,
  entry: ReturnType<typeof entryAt>,
): Promise<void> {
  if (halt === null) return;
  const audit = entry('', null, 'halted', 'halted', `halted by ${halt.by}: ${halt.because}: put back`);
  if (!(await store.commitHalt(halt, 0, audit))) throw new Error('another process has halted everything');
}

async function writeCampaigns(store: Store, now: number, snapshot: Snapshot, gap: string): Promise<void> {
  const entry = entryAt(now);
  for (const [name, { version, campaign }] of snapshot.campaigns) {
    const own = [...(snapshot.picks.get(name)?.values() ?? [])].map((pick) =>
      inOwnZone(campaign, snapshot, pick),
    );
    const picks = inOrder(campaign.definition, own);
    const byWave = picks.toSorted((a, b) => a.wave - b.wave);
    const back = sizedBy(rebuiltCampaign(campaign, gap, now), picks);
    const because = `put back from the audit; ${gap}`;
    const audit = entry(name, null, campaign.state.status, back.state.status, because);
    const editions = editionsIn(snapshot.editions, campaign);
    const created = await store.createCampaign(back, byWave, audit, version + 1, undefined, editions);
    if (!created.ok) throw new Error(created.error.message);
  }
}

/** In a campaign with windows clients wait by calendar, which the fleet of the files tells. */
function inOwnZone({ definition }: Campaign, { fleet }: Snapshot, pick: WaitingClient): WaitingClient {
  const client = fleet.get(pick.client);
  const zone = client === undefined ? undefined : calendarClass(definition, client);
  return zone === undefined ? pick : { ...pick, zone };
}

const batchSize = 500;

async function writeUpgrades(store: Store, now: number, source: Source, snapshot: Snapshot): Promise<void> {
  const batches = new Map<string, PutBackUpgrade[]>();
  const flush = async (campaign: string): Promise<void> => {
    await store.putBackUpgrades(campaign, batches.get(campaign) ?? [], now);
    batches.set(campaign, []);
  };
  for await (const line of newestRecords(source, snapshot)) {
    const batch = batches.get(line.record) ?? [];
    batch.push(putBackOf(line, now));
    batches.set(line.record, batch);
    if (batch.length >= batchSize) await flush(line.record);
  }
  for (const campaign of batches.keys()) await flush(campaign);
}

function putBackOf({ record: campaign, client, version, activation, upgrade }: RecordLine, now: number) {
  const key = { campaign, client };
  const { phase } = upgrade.state;
  if (phase === 'settled') return { key, version, activation, upgrade, audit: null };
  const because = 'put back from the audit: it is looked at before anything is done';
  const audit = entryAt(now)(campaign, client, phase, 'looking', because);
  return { key, version: version + 1, activation, upgrade: rebuiltUpgrade(upgrade, now), audit };
}
