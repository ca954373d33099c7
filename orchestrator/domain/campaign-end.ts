import { counted } from './counted.ts';
import type { Campaign, CampaignDecision, Running } from '../../shared/domain/campaign/campaign.ts';
import type { CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import type { CampaignEnd } from '../../shared/domain/rules/campaign-end.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { waveProgress } from './wave-progress.ts';
import { ignored, transition } from './decision.ts';

/** Who ends a campaign whose end has come. */
export const ender = "the campaign's end";

const named: Readonly<Record<CampaignEnd['does'], string>> = {
  finish: 'end',
  cancel: 'end',
  force: 'deadline',
};

/** `its end 2026-11-28T05:00:00Z has passed`; null = it has not, or the campaign has none. */
export function whyEndPassed({ policy }: CampaignDefinition, now: number): string | null {
  const { end } = policy;
  if (end === undefined || now < end.at) return null;
  return `its ${named[end.does]} ${isoOf(end.at)} has passed`;
}

const whatFollows: Readonly<Record<Exclude<CampaignEnd['does'], 'cancel'>, string>> = {
  finish: 'nothing begins any more on a client on which nothing has begun, and the others are finished',
  force: 'the window and logged-on users no longer hold a client',
};

/**
 * What the end of a campaign means while it runs or is paused; null = nothing, or nothing more.
 */
export function endCame(
  campaign: Campaign,
  state: Extract<Campaign['state'], { status: 'running' | 'paused' }>,
  counters: Counters,
  now: number,
): CampaignDecision | null {
  const { end } = campaign.definition.policy;
  if (end === undefined || now < end.at) return null;
  if (end.does === 'cancel')
    return transition(
      campaign,
      abortedAtEnd(state, null, now),
      `${whyEnds(end)}: what has not ended is cancelled`,
    );
  if (state.reachedEnd === undefined)
    return transition(
      campaign,
      { ...state, reachedEnd: { at: now, does: end.does } },
      `${whyEnds(end)}: ${whatFollows[end.does]}`,
    );
  return end.does === 'finish' ? finishWhenSettled(campaign, state, counters, now) : null;
}

/** Only clients that were never admitted are left: they end as cancelled. */
function finishWhenSettled(
  campaign: Campaign,
  state: Running,
  counters: Counters,
  now: number,
): CampaignDecision | null {
  const progress = waveProgress(campaign.waveSizes, counters);
  const waiting = progress.reduce((sum, wave) => sum + wave.waiting, 0);
  const isSettled = progress.every((wave) => wave.settled + wave.waiting === wave.size);
  if (waiting === 0 || !isSettled) return null;
  const because = `its end has come, and what had begun is finished; nothing was begun on ${counted(waiting, 'client')}`;
  return transition(campaign, abortedAtEnd(state, now, now, because), because);
}

/** The end comes before the campaign has begun: it begins no more. */
export function endTimeCame(campaign: Campaign, now: number): CampaignDecision {
  const passed = whyEndPassed(campaign.definition, now);
  const { state } = campaign;
  if (passed === null || (state.status !== 'scheduled' && state.status !== 'waitingForRelease'))
    return ignored('the campaign has no end to come to');
  const begun = { startedAt: now, openWaves: 0, accepted: campaign.waveSizes.map(() => 0) };
  const because = `${passed} before the campaign began`;
  return transition(campaign, abortedAtEnd(begun, now, now, because), because);
}

const whyEnds = (end: CampaignEnd): string => `its ${named[end.does]} ${isoOf(end.at)} has come`;

const abortedAtEnd = (
  { startedAt, openWaves, accepted, acceptances }: Running,
  endedAt: number | null,
  now: number,
  because = 'its end has come',
) =>
  ({
    status: 'aborted',
    abortedAt: now,
    by: ender,
    because,
    endedAt,
    startedAt,
    openWaves,
    accepted,
    ...(acceptances === undefined ? {} : { acceptances }),
    reachedEnd: { at: now, does: 'cancel' },
  }) as const;
