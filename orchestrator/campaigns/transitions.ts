import { seenNames } from '../domain/narrowing.ts';
import { whyEndPassed } from '../domain/campaign-end.ts';
import { decideCampaign } from '../domain/decide-campaign.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { campaignAudit } from './audit.ts';
import { finishMove, isMoveLeftOver } from './move-waiting.ts';
import { sayingWhatHolds } from './not-recorded.ts';
import type { OrchestratorContext } from '../context.ts';
import { notFound, type Refusal } from '../refusal.ts';
import {
  awaitingOf,
  type Campaign,
  type CampaignDecision,
  type CampaignEvent,
  type CampaignState,
} from '../../shared/domain/campaign/campaign.ts';
import { storedStatus } from '../../shared/domain/campaign/life.ts';
import { StoreUnavailable } from '../../shared/store/errors.ts';
import type { CampaignRecord } from '../../shared/store/types.ts';
import { isUsable } from '../releases/withdraw.ts';

/**
 * Where a campaign stands after a request, and why. `who` is always the person, as the audit names
 * them.
 */
export interface ChangedCampaign {
  readonly campaign: string;
  readonly status: CampaignState['status'];
  readonly because: string;
  /** Logon servers that are held in it: also while it runs nothing new begins there. */
  readonly held: readonly string[];
}

/** How a person resumes a campaign, or ends a halt. */
export interface ResumeRequest {
  /** Also when another person paused or halted. */
  readonly override: boolean;
  readonly reason?: string | undefined;
  /** How many failures the person accepts; left out = however many there are. */
  readonly acceptFailures?: number | undefined;
  /** Start the campaign whose moment has passed while its start was paused. */
  readonly startNow?: boolean | undefined;
}

/** The decider names five clients in a refusal, and says that there are more. */
export const overlapAtMost = 6;
/** Losing this often in a row against the leader and other operators does not happen by chance. */
const triesAtMost = 20;

/**
 * Starts a campaign, or lets it wait for its moment or its release when its file says so.
 *
 * After it returns the leader goes on: within 100 ms `rounds/run-campaigns.ts` admits the first
 * clients and adds their jobs.
 */
export async function startCampaign(
  context: OrchestratorContext,
  who: string,
  name: string,
): Promise<Result<ChangedCampaign, Refusal>> {
  const { store, asker } = context;
  const before = await store.readCampaign(name);
  if (before !== null && isMoveLeftOver(before.campaign, context.clock.now()))
    await finishMove(context, who, name);
  const moved = await changeCampaign(context, who, name, async ({ campaign }) => {
    const starts = await store.starts();
    const release = await store.readRelease(campaign.definition.release);
    const overlap = seenNames(asker, await store.overlap(name, overlapAtMost));
    const withdrawn = release?.withdrawn ?? null;
    return {
      event: { type: 'StartRequested', by: who, releaseStaged: isUsable(release), withdrawn, overlap },
      starts,
    };
  });
  if (!moved.ok || moved.value.status !== 'waitingForRelease') return moved;
  // The release may have been staged in this moment, before this campaign began to wait for it.
  const started = await startWaiting(context, who);
  return ok(
    started.includes(name)
      ? { ...moved.value, status: 'running', because: 'its release was staged' }
      : moved.value,
  );
}

/**
 * Pauses a campaign: within a second nothing new begins on any client; what was begun is finished.
 * Every commit that would begin something checks the campaign's status in its own script.
 */
export const pauseCampaign = (
  context: OrchestratorContext,
  who: string,
  name: string,
  reason: string,
): Promise<Result<ChangedCampaign, Refusal>> =>
  sayingWhatHolds('the pause', () =>
    changeCampaign(context, who, name, async () => ({ event: { type: 'PauseRequested', by: who, reason } })),
  );

/** A hook of a campaign pauses it until a person decides. */
export const pauseByHook = (
  context: OrchestratorContext,
  by: string,
  name: string,
  reason: string,
): Promise<Result<ChangedCampaign, Refusal>> =>
  changeCampaign(context, by, name, async ({ campaign }) =>
    campaign.state.status === 'running' ? { event: { type: 'PauseRequested', by, reason } } : null,
  );

/**
 * Starts every waiting campaign whose time has come or whose release has been staged. Safe to
 * repeat at any time. A campaign that wants clients of a running campaign waits until those have
 * settled.
 * @returns the names of the campaigns that were started
 */
export async function startWaiting(context: OrchestratorContext, who: string): Promise<readonly string[]> {
  const started: string[] = [];
  for (const { campaign } of await context.store.campaigns(['waitingForRelease', 'scheduled'])) {
    const { campaign: name } = campaign.definition;
    try {
      if (await startIfReady(context, who, campaign)) started.push(name);
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error;
      // One campaign that fails keeps no other from its start; the leader's round tries again.
      context.log.error({ campaign: name, error }, 'could not be started');
    }
  }
  return started;
}

/** @returns whether it runs now */
export async function startIfReady(
  context: OrchestratorContext,
  who: string,
  campaign: Campaign,
): Promise<boolean> {
  const { definition, state } = campaign;
  const { store, clock, log } = context;
  const { campaign: name, release } = definition;
  if (awaitingOf(state) !== null && whyEndPassed(definition, clock.now()) !== null) {
    await changeCampaign(context, who, name, async () => ({ event: { type: 'EndTimeCame' } }));
    return false;
  }
  if (isMoveLeftOver(campaign, clock.now())) await finishMove(context, who, name);
  if (awaitingOf(state)?.paused !== undefined) return false;
  if (state.status === 'scheduled' && clock.now() < state.startAt) return false;
  const moved = await changeCampaign(context, who, name, async () => {
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
 * What is asked of a campaign. With `starts` the change is made only while no other campaign has
 * been set running since it was read: two campaigns that want the same client must not both start,
 * in whichever processes.
 */
interface ChangeRequest {
  readonly event: CampaignEvent;
  readonly starts?: number;
}

/** Reads what the request depends on. Null leaves the campaign as it is. */
type ReadRequest = (record: CampaignRecord) => Promise<ChangeRequest | null>;

/**
 * Changes a campaign: read, decide, compare and set. A request that loses against another one reads
 * again, and may then be refused for what the other one did.
 * @returns where the campaign stands now; `campaign.refused` with the reason of the decider, or
 *   `campaign.overlap` where another campaign has clients of it
 */
export async function changeCampaign(
  context: OrchestratorContext,
  who: string,
  name: string,
  read: ReadRequest,
): Promise<Result<ChangedCampaign, Refusal>> {
  const { store, clock, log } = context;
  for (let tries = 0; tries < triesAtMost; tries += 1) {
    const record = await store.readCampaign(name);
    if (record === null) return err(notFound('campaign', name));
    const asked = await read(record);
    if (asked === null) return ok(changedOf(record.campaign, 'the campaign goes on waiting'));
    const { event, ...conditions } = asked;
    const at = clock.now();
    const decision = decideCampaign(record.campaign, event, at);
    if (decision.kind === 'refused') return err(refusalOf(decision));
    if (decision.kind === 'ignored') {
      // Nothing to change. A shard may have missed the write that made it so: it is repeated there.
      await store.repairReplicas();
      return ok(changedOf(record.campaign, decision.because));
    }
    const { campaign, because } = decision;
    const audit = campaignAudit(campaign, storedStatus(record.campaign), storedStatus(campaign), {
      at,
      who,
      because,
    });
    if ((await store.commitCampaign(campaign, record.version, audit, conditions)) === null) continue;
    log.info({ campaign: name, who, because }, campaign.state.status);
    noteBegin(context, record.campaign, campaign);
    return ok(changedOf(campaign, because));
  }
  return err(fault('campaign.busy', `campaign ${name} is changed by other requests all the time; try again`));
}

const refusalOf = ({ because, isOverlap }: Extract<CampaignDecision, { kind: 'refused' }>): Refusal =>
  isOverlap === true ? fault('campaign.overlap', because) : fault('campaign.refused', because);

/** The spans of the jobs of a campaign are linked to the one of its start. */
function noteBegin(
  { traces }: OrchestratorContext,
  before: Campaign,
  { definition, ...now }: Campaign,
): void {
  if ('startedAt' in before.state || now.state.status !== 'running') return;
  const { campaign, release } = definition;
  traces?.campaignBegan(campaign, now.life ?? 0, { 'servpack.release': release });
}

const changedOf = ({ definition, state, holds = [] }: Campaign, because: string): ChangedCampaign => ({
  campaign: definition.campaign,
  status: state.status,
  because,
  held: holds.map(({ logonServer }) => logonServer),
});
