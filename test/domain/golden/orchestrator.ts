import { haltByRule, readStopFacts } from '../../../orchestrator/campaigns/stop-facts.ts';
import type { CampaignRecord } from '../../../shared/store/types.ts';
import { chooseAdmissions } from '../../../shared/domain/campaign/admission.ts';
import { decideCampaign } from '../../../orchestrator/domain/decide-campaign.ts';
import type { CampaignDefinition } from '../../../shared/domain/campaign/definition.ts';
import { rememberingOpenClasses } from '../../../orchestrator/rounds/open-classes.ts';
import { campaignEntry, cancelEveryone, recordOf } from './operator.ts';
import { contextOf } from './membership.ts';
import type { World } from './world.ts';

/**
 * One round of the leader: the campaign is judged on its counters, then its free slots are filled.
 */
export async function round(world: World): Promise<void> {
  const { definition, state } = (await judge(world, await recordOf(world))).campaign;
  if (state.status === 'aborted' && state.endedAt !== null) return;
  if (!['running', 'paused', 'aborted'].includes(state.status)) return;
  await admit(world, definition);
  if (state.status === 'aborted') await cancelEveryone(world);
}

async function judge(world: World, record: CampaignRecord): Promise<CampaignRecord> {
  const { store, campaign: name, now } = world;
  const counters = await store.counters(name);
  const known = await readStopFacts(store, record.campaign, now);
  const decision = decideCampaign(record.campaign, { type: 'CountersRead', counters, ...known }, now);
  if (decision.kind !== 'changed') return record;
  if (known.facts !== undefined) await haltByRule(contextOf(world), record.campaign, known.facts, now);
  const [from, to] = [record.campaign.state.status, decision.campaign.state.status];
  const audit = campaignEntry(world, 'orchestrator', from, to, decision.because);
  const committed = await store.commitCampaign(decision.campaign, record.version, audit);
  return committed ?? record;
}

async function admit(world: World, definition: CampaignDefinition): Promise<void> {
  const { store, campaign, now } = world;
  const { budgets } = definition;
  const inUse = await store.slotsInUse(campaign);
  const free = budgets.active - inUse.active;
  if (free <= 0) return;
  const queued = await store.queued(campaign, free, rememberingOpenClasses()(definition, now));
  const chosen = chooseAdmissions(budgets, inUse, [...queued.parked, ...queued.waiting]);
  world.addJobs(await store.admit(campaign, chosen, now));
}

/**
 * Lost leases are taken away, and what is overdue without a job gets its job again. Returns what
 * was found, in words.
 */
export async function sweep(world: World): Promise<readonly string[]> {
  const graceMs = 2_000;
  const found = await world.store.sweep(world.now, graceMs, 100);
  world.addJobs(found.map(({ next }) => next));
  return found.map(({ key, found: what }) =>
    what === 'leaseExpired'
      ? `${key.client}: the lease of a lost worker is taken away`
      : `${key.client}: overdue`,
  );
}
