import { inWords, seenName } from '../domain/narrowing.ts';
import type { OrchestratorContext } from '../context.ts';
import type { Refusal } from '../refusal.ts';
import { isUsable } from '../releases/withdraw.ts';
import { awaitingOf } from '../../shared/domain/campaign/campaign.ts';
import { ok, type Result } from '../../shared/errors.ts';
import { changeCampaign, type ChangedCampaign, type ResumeRequest, startIfReady } from './transitions.ts';

/**
 * Resumes a campaign. The person who resumes accepts the failures so far. A campaign whose start
 * was paused waits for its moment again, or starts now where that has passed and the person wants
 * it.
 */
export async function resumeCampaign(
  context: OrchestratorContext,
  who: string,
  name: string,
  request: ResumeRequest,
): Promise<Result<ChangedCampaign, Refusal>> {
  const { store } = context;
  const moved = await changeCampaign(context, who, name, async ({ campaign }) => ({
    event: {
      type: 'ResumeRequested',
      by: who,
      ...request,
      counters: await store.counters(name),
      releaseStaged: isUsable(await store.readRelease(campaign.definition.release)),
    },
  }));
  return moved.ok ? ok(await startedNow(context, who, moved.value)) : moved;
}

/** The leader would start it within a second; the person learns at once what comes of it. */
async function startedNow(
  context: OrchestratorContext,
  who: string,
  resumed: ChangedCampaign,
): Promise<ChangedCampaign> {
  const { campaign: name } = resumed;
  const record = await context.store.readCampaign(name);
  const awaiting = record === null ? null : awaitingOf(record.campaign.state);
  if (record === null || awaiting === null) return resumed;
  if (await startIfReady(context, who, record.campaign))
    return { ...resumed, status: 'running', because: `${resumed.because}; its moment has passed` };
  const isDue = awaiting.status === 'scheduled' && awaiting.startAt <= context.clock.now();
  const [overlap] = isDue ? await context.store.overlap(name, 1) : [];
  const after =
    overlap === undefined
      ? ''
      : `; it starts when ${inWords(seenName(context.asker, overlap.campaign))} has settled client ${overlap.client}`;
  const present = (await context.store.readCampaign(name))?.campaign.state.status ?? resumed.status;
  return { ...resumed, status: present, because: `${resumed.because}${after}` };
}
