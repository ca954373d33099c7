import { admit } from './admit.ts';
import { beginWalk, cancelUntil, type CancelWalk } from '../campaigns/cancel.ts';
import { judge } from './run-campaigns.ts';
import type { OrchestratorContext } from '../context.ts';
import { type Campaign, rebuilder } from '../../shared/domain/campaign/campaign.ts';
import type { CampaignRecord } from '../../shared/store/types.ts';

/** Real time. */
const sliceMs = 500;
/** Everybody has been told: only who came in between is still to be found. */
const quietMs = 30_000;
const againMs = 1_000;

interface Cancelling {
  walk: CancelWalk | null;
  /** By `performance.now()`: when the next walk begins. */
  nextAt: number;
}

const cancelling = new WeakMap<OrchestratorContext, Map<string, Cancelling>>();

/**
 * One round of finishing: campaigns that are paused or aborted begin nothing, and what was begun in them goes on. Parked upgrades
 * that are finishing get slots; clients of an aborted campaign are cancelled, a slice in each round. A campaign that fails does not hold up the others.
 */
export async function finishRound(context: OrchestratorContext): Promise<void> {
  for (const record of await context.store.campaigns(['paused', 'aborted'])) {
    const { definition, state } = record.campaign;
    if (isOver(record.campaign) || isHandsOff(record.campaign)) continue;
    try {
      await finish(context, record);
    } catch (error) {
      context.log.error(
        { campaign: definition.campaign, error },
        `is ${state.status} and fails; tries again`,
      );
    }
  }
}

const isOver = ({ state }: Campaign): boolean => state.status === 'aborted' && state.endedAt !== null;

/** Put back from the audit: nobody is driven before a person has looked. */
const isHandsOff = ({ state }: Campaign): boolean => state.status === 'paused' && state.by === rebuilder;

async function finish(context: OrchestratorContext, record: CampaignRecord): Promise<void> {
  const { campaign } = await judge(context, record);
  if (isOver(campaign)) {
    walksOf(context).delete(campaign.definition.campaign);
    return;
  }
  await context.store.shareBudget(record);
  await admit(context, campaign);
  if (campaign.state.status === 'aborted') await cancelSlice(context, campaign);
}

/** Level-triggered: one walk after the abort, and further ones only while counters say that somebody has not settled. */
async function cancelSlice(context: OrchestratorContext, campaign: Campaign): Promise<void> {
  const walks = walksOf(context);
  const mine = walks.get(campaign.definition.campaign) ?? { walk: null, nextAt: 0 };
  walks.set(campaign.definition.campaign, mine);
  const now = performance.now();
  if (mine.walk === null && now < mine.nextAt) return;
  const walk = mine.walk ?? beginWalk(context, campaign);
  mine.walk = null;
  if (!(await cancelUntil(context, campaign, walk, now + sliceMs))) mine.walk = walk;
  else mine.nextAt = performance.now() + (walk.hasChanged ? againMs : quietMs);
}

function walksOf(context: OrchestratorContext): Map<string, Cancelling> {
  const walks = cancelling.get(context) ?? new Map<string, Cancelling>();
  cancelling.set(context, walks);
  return walks;
}
