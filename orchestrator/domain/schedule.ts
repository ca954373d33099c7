import { resumeReason } from '../../shared/domain/campaign/halt.ts';
import { isSameCaller } from '../../shared/domain/campaign/person.ts';
import { statusClause } from '../../shared/domain/campaign/status-words.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import {
  type Awaiting,
  awaitingOf,
  type Campaign,
  type CampaignDecision,
  type CampaignEvent,
  type CampaignState,
  missedStart,
  rebuilder,
  type StartPause,
} from '../../shared/domain/campaign/campaign.ts';
import { ignored, pausedByAnother, refused, transition } from './decision.ts';

/**
 * When a campaign begins that a person has started: at its time, with its release, or not before a
 * person ends the pause of its start.
 */

type EventOf<T extends CampaignEvent['type']> = Extract<CampaignEvent, { type: T }>;

/** The campaign waits for its start time first, then for its release. */
export function beginWhenReady(
  campaign: Campaign,
  isStaged: boolean,
  now: number,
  because: string,
): CampaignDecision {
  const { startAt } = campaign.definition;
  if (startAt !== null && now < startAt)
    return transition(campaign, { status: 'scheduled', startAt }, `starts at ${isoOf(startAt)}`);
  return beginWithRelease(campaign, isStaged, now, because);
}

/** The start time has come. A person may have postponed it, so the campaign file does not count. */
function beginWithRelease(
  campaign: Campaign,
  isStaged: boolean,
  now: number,
  because: string,
): CampaignDecision {
  const { release } = campaign.definition;
  if (isStaged) return transition(campaign, running(campaign, now), because);
  return transition(campaign, { status: 'waitingForRelease' }, `starts when release ${release} is staged`);
}

const running = (campaign: Campaign, now: number): CampaignState => ({
  status: 'running',
  startedAt: now,
  openWaves: 1,
  accepted: campaign.waveSizes.map(() => 0),
});

/** The release was staged: a campaign that waits for it starts. */
export function releaseStaged(campaign: Campaign, now: number): CampaignDecision {
  const { state } = campaign;
  if (state.status !== 'waitingForRelease')
    return ignored(`release staged while the campaign ${statusClause[state.status]}`);
  if (state.paused !== undefined) return ignored(`its start is paused by ${state.paused.by}`);
  return transition(campaign, running(campaign, now), 'its release was staged');
}

/** The start time of a scheduled campaign has come. */
export function startTimeCame(campaign: Campaign, isStaged: boolean, now: number): CampaignDecision {
  const { state } = campaign;
  if (state.status !== 'scheduled')
    return ignored(`the start time came while the campaign ${statusClause[state.status]}`);
  if (state.paused !== undefined) return ignored(`its start is paused by ${state.paused.by}`);
  if (now < state.startAt) return ignored(`starts at ${isoOf(state.startAt)}`);
  return beginWithRelease(campaign, isStaged, now, 'its time has come');
}

/** A person pauses the start: its time, or the staging of its release, passes without a start. */
export function pauseStart(campaign: Campaign, state: Awaiting, paused: StartPause): CampaignDecision {
  const { campaign: name } = campaign.definition;
  if (state.paused !== undefined)
    return refused(`campaign ${name} is paused already, by ${state.paused.by}: ${state.paused.because}`);
  return transition(campaign, { ...state, paused }, paused.because);
}

/**
 * Ends the pause of a start. What has passed meanwhile does not start the campaign by itself: the
 * person must want the start now. The start itself is the next decision.
 */
export function resumeStart(
  campaign: Campaign,
  state: Awaiting,
  { by, override, reason, releaseStaged: isStaged = false, startNow = false }: EventOf<'ResumeRequested'>,
  now: number,
): CampaignDecision {
  const { campaign: name } = campaign.definition;
  const { paused, ...awaiting } = state;
  if (paused === undefined)
    return refused(`campaign ${name} is not paused: it ${statusClause[state.status]}`);
  const isAnothers = !isSameCaller(paused.by, by) && paused.by !== rebuilder;
  if (isAnothers && !override) return refused(pausedByAnother(name, paused));
  const missed = missedStart(campaign, isStaged, now);
  if (missed !== null && !startNow)
    return refused(
      `campaign ${name} was paused by ${paused.by}, and ${missed}: a resume starts it now; say so (startNow), or give it another time: servpack campaign postpone ${name} --to TIME --reason TEXT`,
    );
  return transition(campaign, awaiting, resumeReason('resumed', isAnothers ? paused : null, reason));
}

/** A person gives the campaign another start time. A pause of its start stays. */
export function postpone(
  campaign: Campaign,
  { reason, startAt }: EventOf<'PostponeRequested'>,
  now: number,
): CampaignDecision {
  const { campaign: name } = campaign.definition;
  const awaiting = awaitingOf(campaign.state);
  if (awaiting === null) return refused(notAwaiting(campaign));
  if (startAt <= now)
    return refused(
      `${isoOf(startAt)} has passed: now is ${isoOf(now)}; give campaign ${name} a time to come`,
    );
  const { end } = campaign.definition.policy;
  if (end !== undefined && startAt >= end.at)
    return refused(
      `${isoOf(startAt)} is not before the end of campaign ${name}, ${isoOf(end.at)}; give it an earlier time`,
    );
  const { paused } = awaiting;
  const next = { status: 'scheduled', startAt, ...(paused === undefined ? {} : { paused }) } as const;
  return transition(campaign, next, `starts at ${isoOf(startAt)}: ${reason}`);
}

/**
 * A person takes the start back: nothing happens until somebody starts the campaign again. This
 * ends a pause of the start, so the pause of another person needs `override`.
 */
export function unschedule(
  campaign: Campaign,
  { by, reason, override }: EventOf<'UnscheduleRequested'>,
): CampaignDecision {
  const { campaign: name } = campaign.definition;
  const awaiting = awaitingOf(campaign.state);
  if (awaiting === null) return refused(notAwaiting(campaign));
  const { paused } = awaiting;
  const others =
    paused === undefined || isSameCaller(paused.by, by) || paused.by === rebuilder ? null : paused;
  if (others !== null && !override)
    return refused(
      `campaign ${name} was paused by ${others.by}: ${others.because}; ask them, or unschedule it all the same with --override`,
    );
  const because = others === null ? reason : resumeReason('unscheduled', others, reason);
  return transition(campaign, { status: 'created' }, because);
}

const notAwaiting = ({ definition, state }: Campaign): string =>
  `campaign ${definition.campaign} does not wait for its start: it ${statusClause[state.status]}`;
