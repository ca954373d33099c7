import { withAuthors } from '../../../orchestrator/domain/approval-requests.ts';
import { waitingIn } from '../../../orchestrator/domain/waiting-client.ts';
import type { AuditEntry, CampaignRecord, StoredUpgrade } from '../../../shared/store/types.ts';
import { difference } from '../../../shared/domain/outcome/counters.ts';
import type { CampaignEvent } from '../../../shared/domain/campaign/campaign.ts';
import { decideCampaign } from '../../../orchestrator/domain/decide-campaign.ts';
import { decide } from '../../../shared/domain/upgrade/decide.ts';
import type { Ending } from '../../../shared/domain/outcome/ending.ts';
import { planWaves } from '../../../orchestrator/domain/plan-waves.ts';
import type { Reopening } from '../../../orchestrator/domain/reopen.ts';
import { countersOf } from '../../../shared/domain/upgrade/count-upgrade.ts';
import type { Upgrade } from '../../../shared/domain/upgrade/state.ts';
import { campaign as given } from '../given-campaign.ts';
import { counted } from './layout.ts';
import type { World } from './world.ts';
import type { CommitIdle, CommitIdleOutcome } from '../../../shared/store/upgrade-store.ts';

export async function recordOf({ store, campaign }: World): Promise<CampaignRecord> {
  const record = await store.readCampaign(campaign);
  if (record === null) throw new Error(`no campaign ${campaign}`);
  return record;
}

async function storedOf({ store, campaign }: World, client: string): Promise<StoredUpgrade> {
  const stored = await store.readUpgrade({ campaign, client });
  if (stored === null) throw new Error(`no upgrade of ${client}`);
  return stored;
}

export const campaignEntry = (
  { now: at, campaign }: World,
  who: string,
  from: string,
  to: string,
  because: string,
): AuditEntry => ({ at, campaign, client: null, who, from, to, because, evidence: null });

/**
 * Fleet, release and campaign, as three commands would make them; only the campaign is audited
 * here.
 */
export async function create(world: World, who: string): Promise<void> {
  const { store, setting, campaign: name, fleet, now } = world;
  const definition = { ...given.definition, ...setting.file, policy: setting.policy, campaign: name };
  const { release } = definition;
  await store.importFleet(fleet);
  const files = [{ name: 'appctl32.exe', size: 1, sha256: 'new-a' }];
  const staged = campaignEntry(world, who, '', 'staged', `release ${release} is staged`);
  await store.stageRelease({ release, product: 'sms-1.2', servicePack: 4, files }, null, staged);
  const { waves } = planWaves(definition, fleet);
  const picks = waves.flatMap(({ clients }, wave) =>
    clients.map((client) => waitingIn(definition, client, wave)),
  );
  const waveSizes = waves.map(({ clients }) => clients.length);
  const because = `${counted(fleet.length, 'client')} in ${counted(waves.length, 'wave')}`;
  await store.createCampaign(
    withAuthors({ definition, createdAt: now, waveSizes, state: { status: 'created' } }, [who]),
    picks,
    campaignEntry(world, who, '', 'created', because),
  );
}

/** Returns the answer to the person when the campaign does not move. */
export async function changeCampaign(
  world: World,
  who: string,
  event: CampaignEvent,
): Promise<string | null> {
  const { campaign, version } = await recordOf(world);
  const decision = decideCampaign(campaign, event, world.now);
  if (decision.kind !== 'changed') return `${decision.kind}: ${decision.because}`;
  const { status } = decision.campaign.state;
  const audit = campaignEntry(world, who, campaign.state.status, status, decision.because);
  await world.store.commitCampaign(decision.campaign, version, audit);
  return null;
}

/**
 * Every upgrade that has not settled ends as soon as nothing is open on its client. A driver gets
 * the request through the inbox.
 */
export async function cancelEveryone(world: World): Promise<void> {
  const { campaign } = await recordOf(world);
  if (campaign.state.status !== 'aborted') return;
  const { by, because: why } = campaign.state;
  const because = `campaign ${world.campaign} was aborted by ${by}: ${why}`;
  const ending: Ending = { end: 'cancelled', cause: 'campaign aborted', because, blockers: [] };
  for (const stored of await Array.fromAsync(world.store.upgrades(world.campaign)))
    if (stored.index !== 'settled') await endClient(world, by, stored, ending);
}

async function endClient(world: World, who: string, stored: StoredUpgrade, ending: Ending) {
  const { key, upgrade, inbox, index } = stored;
  if (inbox.some(({ type }) => type === 'EndRequested')) return;
  if (index === 'driven') {
    await world.store.deliver(key.client, { type: 'EndRequested', ending }, world.now, key.campaign);
    return;
  }
  const rules = { ...world.rulesFor(key.client), zone: 'UTC' };
  const decision = decide(rules, upgrade, { type: 'EndRequested', ending }, world.now);
  if (decision.kind === 'changed') await changeAtRest(world, who, stored, decision.upgrade, decision.because);
}

/** The client reports in by itself. Returns why nothing came of it. */
export async function checkIn(world: World, client: string): Promise<readonly string[]> {
  const message = { type: 'CheckedIn', transcript: null } as const;
  const delivered = await world.store.deliver(client, message, world.now);
  if (delivered.kind === 'ignored') return [`ignored: ${delivered.because}`];
  world.addJobs([delivered.next]);
  return [];
}

/**
 * Opens a client again that has settled, then its campaign. Returns the answer to the person when
 * it does not.
 */
export async function reopen(
  world: World,
  who: string,
  client: string,
  how: (upgrade: Upgrade) => Reopening,
): Promise<string | null> {
  const stored = await storedOf(world, client);
  const reopening = how(stored.upgrade);
  if (reopening.kind === 'refused') return `refused: ${reopening.because}`;
  const outcome = await changeAtRest(world, who, stored, reopening.upgrade, reopening.because);
  if (outcome.kind !== 'committed') return `refused: ${outcome.kind}`;
  await changeCampaign(world, who, { type: 'Reopened', because: `client ${client} is open again` });
  return null;
}

async function changeAtRest(
  world: World,
  who: string,
  { key, version, upgrade: before }: StoredUpgrade,
  upgrade: Upgrade,
  because: string,
): Promise<CommitIdleOutcome> {
  const { now: at } = world;
  const [from, to] = [before.state.phase, upgrade.state.phase];
  const outcome = await world.store.commitIdle({
    key,
    version,
    upgrade,
    at,
    place: placeOf(before, upgrade),
    counters: difference(countersOf(before), countersOf(upgrade)),
    audit: { at, ...key, who, from, to, because, evidence: null },
  });
  if (outcome.kind === 'committed') world.addJobs([outcome.next, outcome.handed]);
  return outcome;
}

function placeOf(before: Upgrade, { state }: Upgrade): CommitIdle['place'] {
  if (state.phase === 'settled') return 'settled';
  return state === before.state ? 'stays' : 'due';
}
