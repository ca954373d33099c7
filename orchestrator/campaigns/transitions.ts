import { decideCampaign } from '../domain/decide-campaign.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { campaignAudit } from './audit.ts';
import type { OrchestratorContext } from '../context.ts';
import { isUsable } from '../releases/usable.ts';
import { notFound, type Refusal } from '../refusal.ts';
import type { Campaign, CampaignEvent, CampaignState } from '../../shared/domain/campaign/campaign.ts';
import type { CampaignRecord } from '../../shared/store/types.ts';

/** How a campaign stands after it was asked to move, and why. `who` is always the person as it goes into the audit. */
export interface Moved {
  readonly campaign: string;
  readonly status: CampaignState['status'];
  readonly because: string;
}

/** How a person lets go on what is held. */
export interface LetGo {
  /** Also what another person has held. */
  readonly override: boolean;
  readonly reason?: string | undefined;
}

/** Clients named in a refusal; the decider names five of them. */
const overlapAtMost = 6;
/** Losing this often against the leader and other operators in a row does not happen by chance. */
const triesAtMost = 20;

/** Starts it, or lets it wait for its release when its file says so. */
export async function startCampaign(
  context: OrchestratorContext,
  who: string,
  name: string,
): Promise<Result<Moved, Refusal>> {
  const { store } = context;
  const moved = await moveCampaign(context, who, name, async ({ campaign }) => {
    const starts = await store.starts();
    const release = await store.readRelease(campaign.definition.release);
    const overlap = await store.overlap(name, overlapAtMost);
    const withdrawn = release?.withdrawn ?? null;
    return {
      event: { type: 'StartRequested', releaseStaged: isUsable(release), withdrawn, overlap },
      starts,
    };
  });
  if (!moved.ok || moved.value.status !== 'waitingForRelease') return moved;
  // Staged in this very moment: whoever staged it may have looked before this campaign began to wait.
  const started = await startWaiting(context, who);
  return ok(
    started.includes(name)
      ? { campaign: name, status: 'running', because: 'its release was staged' }
      : moved.value,
  );
}

/** Holds the campaign: nothing new is begun on any client within a second; what was begun is finished. */
export const pauseCampaign = (
  context: OrchestratorContext,
  who: string,
  name: string,
  reason: string,
): Promise<Result<Moved, Refusal>> =>
  moveCampaign(context, who, name, async () => ({ event: { type: 'PauseRequested', by: who, reason } }));

/** Lets it go on. Not-ok ends so far count as accepted by whoever resumes. */
export const resumeCampaign = (
  context: OrchestratorContext,
  who: string,
  name: string,
  { override, reason }: LetGo,
): Promise<Result<Moved, Refusal>> =>
  moveCampaign(context, who, name, async () => ({
    event: {
      type: 'ResumeRequested',
      by: who,
      override,
      reason,
      counters: await context.store.counters(name),
    },
  }));

/**
 * Starts every campaign whose time has come, or whose release has been staged, while it waited; returns their names. Level-triggered: called after a staging
 * and safe to repeat at any time. One that wants clients of a running campaign goes on waiting until those have settled.
 */
export async function startWaiting(context: OrchestratorContext, who: string): Promise<readonly string[]> {
  const started: string[] = [];
  for (const { campaign } of await context.store.campaigns(['waitingForRelease', 'scheduled'])) {
    const { campaign: name } = campaign.definition;
    if (await startIfReady(context, who, campaign)) started.push(name);
  }
  return started;
}

async function startIfReady(
  context: OrchestratorContext,
  who: string,
  { definition, state }: Campaign,
): Promise<boolean> {
  const { store, clock, log } = context;
  const { campaign: name, release } = definition;
  if (state.status === 'scheduled' && clock.now() < state.startAt) return false;
  const moved = await moveCampaign(context, who, name, async () => {
    const starts = await store.starts();
    const releaseStaged = isUsable(await store.readRelease(release));
    if (state.status === 'waitingForRelease' && !releaseStaged) return null;
    const event: CampaignEvent =
      state.status === 'scheduled' ? { type: 'StartTimeCame', releaseStaged } : { type: 'ReleaseStaged' };
    const [overlap] = await store.overlap(name, 1);
    if (overlap === undefined) return { event, starts };
    const { client, campaign: other } = overlap;
    log.debug({ campaign: name, client, other }, 'waits for another campaign');
    return null;
  });
  return moved.ok && moved.value.status === 'running';
}

/**
 * What is asked of a campaign, on what was read. With `starts` it holds only as long as no other campaign is set running: two
 * that want the same client must not both start in the moment between the other's look and its start, in any process.
 */
interface Asked {
  readonly event: CampaignEvent;
  readonly starts?: number;
}

/** Null leaves the campaign as it is. */
type Ask = (record: CampaignRecord) => Promise<Asked | null>;

/** Read, decide, compare and set; whoever was slower reads again, and may then be refused for what the other one did. */
export async function moveCampaign(
  context: OrchestratorContext,
  who: string,
  name: string,
  ask: Ask,
): Promise<Result<Moved, Refusal>> {
  const { store, clock, log } = context;
  for (let tries = 0; tries < triesAtMost; tries += 1) {
    const record = await store.readCampaign(name);
    if (record === null) return err(notFound('campaign', name));
    const { status } = record.campaign.state;
    const asked = await ask(record);
    if (asked === null) return ok({ campaign: name, status, because: 'it goes on waiting' });
    const { event, ...conditions } = asked;
    const at = clock.now();
    const decision = decideCampaign(record.campaign, event, at);
    if (decision.kind === 'refused') return err(fault('campaign.refused', decision.because));
    if (decision.kind === 'ignored') {
      // It is so already; but a shard may have been away when it was made so.
      await store.repairReplicas();
      return ok({ campaign: name, status, because: decision.because });
    }
    const { campaign, because } = decision;
    const audit = campaignAudit(campaign, status, campaign.state.status, { at, who, because });
    if ((await store.commitCampaign(campaign, record.version, audit, conditions)) === null) continue;
    log.info({ campaign: name, who, because }, campaign.state.status);
    return ok({ campaign: name, status: campaign.state.status, because });
  }
  return err(fault('campaign.busy', `campaign ${name} is being changed by others all the time; try again`));
}
