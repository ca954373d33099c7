import { abort, pause, reopen, resume, start } from './commands.ts';
import { ignored, transition } from './decision.ts';
import { archiveWritten, duringRemoval, requestRemoval, undoRemoval } from './removal.ts';
import { postpone, releaseStaged, startTimeCame, unschedule } from './schedule.ts';
import { hold, unhold } from './hold.ts';
import { evaluateGate, type WaveProgress, waveProgress } from './gate.ts';
import { statusClause } from '../../shared/domain/campaign/status-words.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import type {
  Campaign,
  CampaignDecision,
  CampaignEvent,
  Running,
} from '../../shared/domain/campaign/campaign.ts';

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
  switch (event.type) {
    case 'StartRequested':
      return start(campaign, event, now);
    case 'ReleaseStaged':
      return releaseStaged(campaign, now);
    case 'StartTimeCame':
      return startTimeCame(campaign, event.releaseStaged, now);
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
    case 'CountersRead':
      return countersRead(campaign, event.counters, now);
  }
}

function countersRead(campaign: Campaign, counters: Counters, now: number): CampaignDecision {
  const { state } = campaign;
  if (campaign.memberChange !== undefined) return ignored('its clients are changing at this moment');
  if (state.status === 'running') return evaluate(campaign, state, counters, now);
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

/** Ends the campaign, pauses it, or opens the next wave, by the gates of the open waves. */
function evaluate(campaign: Campaign, state: Running, counters: Counters, now: number): CampaignDecision {
  const progress = waveProgress(campaign.waveSizes, counters);
  if (progress.every((wave) => wave.settled === wave.size)) {
    return transition(campaign, { ...state, status: 'ended', endedAt: now }, 'every client is finished');
  }
  const verdicts = progress
    .slice(0, state.openWaves)
    .map((wave, index) => evaluateWave(campaign, state, wave, index));
  const broken = verdicts.find((verdict) => verdict.kind === 'broken');
  if (broken?.kind === 'broken') {
    const paused = {
      ...state,
      status: 'paused',
      pausedAt: now,
      byGate: true,
      by: 'gate',
      because: broken.because,
    } as const;
    return transition(campaign, paused, broken.because);
  }
  const last = verdicts.at(-1);
  if (last?.kind !== 'open') return ignored(last?.because ?? 'no wave is open');
  if (state.openWaves >= campaign.waveSizes.length) return ignored('every wave is open');
  const { waves } = campaign.definition;
  const [before, next] = [waves[state.openWaves - 1], waves[state.openWaves]];
  return transition(
    campaign,
    { ...state, status: 'running', openWaves: state.openWaves + 1 },
    `wave ${next?.name ?? ''} opens: wave ${before?.name ?? ''} ${last.because}`,
  );
}

function evaluateWave(
  campaign: Campaign,
  state: Running,
  progress: WaveProgress,
  index: number,
): ReturnType<typeof evaluateGate> {
  const wave = campaign.definition.waves[index];
  if (wave === undefined) return { kind: 'closed', because: 'a wave that the definition does not know' };
  return evaluateGate(wave, progress, state.accepted[index] ?? 0, state.acceptances?.[index] ?? null);
}
