import { endCame, endTimeCame } from './campaign-end.ts';
import { abort, pause, reopen, resume, start } from './commands.ts';
import { ignored, refused, transition } from './decision.ts';
import { archiveWritten, duringRemoval, requestRemoval, undoRemoval } from './removal.ts';
import { postpone, releaseStaged, startTimeCame, unschedule } from './schedule.ts';
import { healthAsked, healthFound } from './health-looks.ts';
import { hold, unhold } from './hold.ts';
import { answerApproval } from './answer-approval.ts';
import { judgeApprovals } from './judge-approvals.ts';
import { judgeStops } from './judge-stops.ts';
import { judgeWaves } from './judge-waves.ts';
import { waveProgress } from './wave-progress.ts';
import { statusClause } from '../../shared/domain/campaign/status-words.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import type { Campaign, CampaignDecision, CampaignEvent } from '../../shared/domain/campaign/campaign.ts';

/**
 * The decider of the campaign: what an event means for it. Pure, and level-triggered: the same
 * counters may be read any number of times.
 * @param now policy time in milliseconds
 */
export function decideCampaign(campaign: Campaign, event: CampaignEvent, now: number): CampaignDecision {
  switch (event.type) {
    case 'RemovalRequested':
      return requestRemoval(campaign, event, now);
    case 'ArchiveWritten':
      return archiveWritten(campaign, event);
    case 'RemovalUndone':
      return undoRemoval(campaign, event);
    default:
      return campaign.removal === undefined
        ? decideStanding(campaign, event, now)
        : duringRemoval(campaign, campaign.removal, event);
  }
}

type StandingEvent = Exclude<
  CampaignEvent,
  { readonly type: 'RemovalRequested' | 'ArchiveWritten' | 'RemovalUndone' }
>;

/** What an event means for a campaign that stays. */
function decideStanding(campaign: Campaign, event: StandingEvent, now: number): CampaignDecision {
  if (campaign.movingTo !== undefined) {
    const because = 'its clients move to the waves of its last edition at this moment';
    if (event.type === 'StartRequested') return refused(`${because}; try again`);
    if (event.type === 'ReleaseStaged' || event.type === 'StartTimeCame') return ignored(because);
  }
  switch (event.type) {
    case 'StartRequested':
      return start(campaign, event, now);
    case 'ReleaseStaged':
      return releaseStaged(campaign, now);
    case 'StartTimeCame':
      return startTimeCame(campaign, event.releaseStaged, now);
    case 'EndTimeCame':
      return endTimeCame(campaign, now);
    case 'PauseRequested':
      return pause(campaign, event, now);
    case 'ResumeRequested':
      return resume(campaign, event, now);
    case 'HoldRequested':
      return hold(campaign, event, now);
    case 'UnholdRequested':
      return unhold(campaign, event);
    case 'PostponeRequested':
      return postpone(campaign, event, now);
    case 'UnscheduleRequested':
      return unschedule(campaign, event);
    case 'AbortRequested':
      return abort(campaign, event, now);
    case 'Reopened':
      return reopen(campaign, event.because);
    case 'HealthAsked':
      return healthAsked(campaign, event, now);
    case 'HealthFound':
      return healthFound(campaign, event, now);
    case 'ApprovalAnswered':
      return answerApproval(campaign, event, now);
    case 'CountersRead':
      return countersRead(campaign, event, now);
  }
}

function countersRead(
  campaign: Campaign,
  { counters, facts = [] }: Extract<CampaignEvent, { type: 'CountersRead' }>,
  now: number,
): CampaignDecision {
  const { state } = campaign;
  if (campaign.memberChange !== undefined || campaign.movingTo !== undefined)
    return ignored('its clients are changing at this moment');
  if (state.status === 'running')
    return (
      judgeStops(campaign, state, facts, now) ??
      judgeApprovals(campaign, state, counters, now) ??
      judgeWaves(campaign, state, counters, now)
    );
  if (state.status === 'paused') {
    const ended = endCame(campaign, state, counters, now);
    if (ended !== null) return ended;
  }
  if (state.status !== 'aborted' || state.endedAt !== null)
    return ignored(`counters read while the campaign ${statusClause[state.status]}`);
  return areAdmittedSettled(campaign, counters)
    ? transition(campaign, { ...state, endedAt: now }, 'aborted, and everything that was begun is finished')
    : ignored('what was begun is being finished');
}

/** Has every client settled, except for those that still wait? */
function areAdmittedSettled({ waveSizes }: Campaign, counters: Counters): boolean {
  return waveProgress(waveSizes, counters).every(({ settled, waiting, size }) => settled + waiting === size);
}
