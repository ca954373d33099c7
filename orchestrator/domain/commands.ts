import { counted } from './counted.ts';
import { whyEndPassed } from './campaign-end.ts';
import { acceptedWords, evaluateGate } from './gate.ts';
import { acceptUnknownHealth } from './health-looks.ts';
import { gateQuestion } from './gate-question.ts';
import { waveProgress } from './wave-progress.ts';
import { beginRamp } from './speed.ts';
import { withAuthor } from './approval-requests.ts';
import { inWords } from './narrowing.ts';
import { ignored, pausedByAnother, refused, transition } from './decision.ts';
import { withTimeToAnswer } from './judge-approvals.ts';
import { beginWhenReady, pauseStart, resumeStart } from './schedule.ts';
import { statusClause } from '../../shared/domain/campaign/status-words.ts';
import { clientHookKeeper } from '../../shared/domain/rules/client-hooks.ts';
import { stopRule } from '../../shared/domain/campaign/stop.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import { resumeReason } from '../../shared/domain/campaign/halt.ts';
import { isSameCaller } from '../../shared/domain/campaign/person.ts';
import {
  awaitingOf,
  type Campaign,
  type CampaignDecision,
  type CampaignEvent,
  type CampaignState,
  rebuilder,
  type Running,
  unanswered,
} from '../../shared/domain/campaign/campaign.ts';

/**
 * What people ask of a campaign. A command that is not possible is refused, with the reason.
 */

type EventOf<T extends CampaignEvent['type']> = Extract<CampaignEvent, { type: T }>;

/** Starts the campaign, or schedules it. Refused while clients are in another campaign. */
export function start(
  campaign: Campaign,
  { by, releaseStaged: isStaged, withdrawn, overlap }: EventOf<'StartRequested'>,
  now: number,
): CampaignDecision {
  const { definition, state } = campaign;
  if (state.status !== 'created')
    return refused(`campaign ${definition.campaign} was started already: it ${statusClause[state.status]}`);
  const passed = whyEndPassed(definition, now);
  if (passed !== null)
    return refused(`campaign ${definition.campaign} is not started: ${passed}; ${anotherEnd}`);
  const first = overlap[0];
  if (first !== undefined) {
    const names = overlap
      .slice(0, 5)
      .map(({ client, twin }) => (twin === undefined ? client : `${client} (the same machine as ${twin})`))
      .join(', ');
    const more = overlap.length > 5 ? ', …' : '';
    const where = inWords(first.campaign);
    // Who does not reach the other campaign may not reach the clients either.
    const which = first.campaign === '' ? '' : `: ${names}${more}`;
    const because = `clients of this campaign are not finished in ${where}${which}`;
    return { kind: 'refused', because, isOverlap: true };
  }
  if (withdrawn !== undefined && withdrawn !== null)
    return refused(
      `release ${definition.release} was withdrawn by ${withdrawn.by}: ${withdrawn.because}; nothing is started with it until it is staged again`,
    );
  if (!isStaged && definition.start === 'byHand')
    return refused(`release ${definition.release} is not staged`);
  const known = by === undefined ? campaign : withAuthor(campaign, by);
  return beginWhenReady(known, isStaged, now, 'started');
}

const anotherEnd = 'create another campaign from a file with an end to come';

/** A person pauses the campaign: nothing begins until a person resumes it. */
export function pause(
  campaign: Campaign,
  { by, reason }: EventOf<'PauseRequested'>,
  now: number,
): CampaignDecision {
  const { state, definition } = campaign;
  const awaiting = awaitingOf(state);
  if (awaiting !== null) return pauseStart(campaign, awaiting, { by, because: reason, at: now });
  if (state.status === 'paused')
    return refused(`campaign ${definition.campaign} is paused already, by ${state.by}: ${state.because}`);
  if (state.status !== 'running')
    return refused(`campaign ${definition.campaign} is not running: it ${statusClause[state.status]}`);
  return transition(
    campaign,
    { ...state, status: 'paused', pausedAt: now, byGate: false, by, because: reason },
    reason,
  );
}

/**
 * A person resumes the campaign. After a pause by a gate this accepts the failures so far; later
 * ones count again. The pause of another person ends only with `override`.
 */
export function resume(
  campaign: Campaign,
  request: EventOf<'ResumeRequested'>,
  now: number,
): CampaignDecision {
  const { by, override, reason } = request;
  const { state, definition } = campaign;
  const name = definition.campaign;
  const awaiting = awaitingOf(state);
  if (awaiting !== null) return resumeStart(campaign, awaiting, request, now);
  if (state.status === 'running') return acceptUnknownHealth(campaign, state, request, now);
  if (state.status !== 'paused')
    return refused(`campaign ${name} is not paused: it ${statusClause[state.status]}`);
  const isAnothers =
    !state.byGate &&
    ![rebuilder, unanswered, stopRule, clientHookKeeper].includes(state.by) &&
    !isSameCaller(state.by, by);
  if (isAnothers && !override) return refused(pausedByAnother(name, state));
  if (!state.byGate)
    return transition(
      withTimeToAnswer(campaign, now),
      { status: 'running', ...runningOf(state), ...begunAgain(campaign, request.counters, now) },
      resumeReason(resumedWords(state), isAnothers ? state : null, reason),
    );
  return resumeInSpite(campaign, state, request, now);
}

/** Servpack's own pauses say in their reason what went wrong, and a resume goes past that. */
function resumedWords({ by, because }: { readonly by: string; readonly because: string }): string {
  const own = ownPauses[by];
  return own === undefined ? 'resumed' : `resumed; ${own} had paused it: ${because}`;
}

const ownPauses: Readonly<Record<string, string>> = {
  [stopRule]: 'a stop rule',
  [clientHookKeeper]: clientHookKeeper,
  [unanswered]: 'an unanswered question',
};

/**
 * Ends the pause of a gate. The person accepts the failures so far of each wave whose gate stops
 * the campaign. Every other gate keeps its limit and says "passed".
 */
function resumeInSpite(
  campaign: Campaign,
  state: Running,
  { by, reason, counters, acceptFailures }: EventOf<'ResumeRequested'>,
  now: number,
): CampaignDecision {
  const waves = waveProgress(campaign.waveSizes, counters);
  const inAll = waves.reduce((sum, { failures }) => sum + failures, 0);
  const unhealthy = waves.reduce((sum, { health }) => sum + health.unhealthy, 0);
  if (acceptFailures !== undefined && acceptFailures !== inAll)
    return refused(
      `campaign ${campaign.definition.campaign} has ${counted(inAll, 'failure')} by now, not ${acceptFailures}; look at them, and resume it with that number`,
    );
  const stops = waves.map((progress, index) => {
    const question = gateQuestion(campaign, state, { index, progress, now });
    return question !== null && evaluateGate(question).kind === 'broken';
  });
  const accepted = waves.map(({ failures, health }, wave) =>
    stops[wave] === true ? failures + health.unhealthy : (state.accepted[wave] ?? 0),
  );
  const acceptances = waves.map(({ failures, health }, wave) => {
    const acceptance = {
      by,
      at: now,
      failures,
      ...(reason === undefined ? {} : { reason }),
      ...(health.unhealthy === 0 ? {} : { unhealthy: health.unhealthy }),
      ...(wave < state.openWaves - 1 ? { isLate: true as const } : {}),
    };
    return stops[wave] === true ? acceptance : (state.acceptances?.[wave] ?? null);
  });
  return transition(
    withTimeToAnswer(campaign, now),
    {
      ...runningOf(state),
      status: 'running',
      accepted,
      acceptances,
      ...begunAgain(campaign, counters, now),
    },
    resumeReason(
      `resumed in spite of ${acceptedWords({ failures: inAll, unhealthy }) || '0 failures'}`,
      null,
      reason,
    ),
  );
}

/** What begins again with a resume: the ramp, and the windows of the stop rules. */
const begunAgain = (campaign: Campaign, counters: Counters, now: number): Partial<Running> => ({
  ...beginRamp(campaign, counters),
  ...(campaign.definition.stop === undefined ? {} : { stopsFrom: now }),
});

/** Ends the campaign for good: clients that wait are cancelled, what has begun is finished. */
export function abort(
  campaign: Campaign,
  { by, reason }: EventOf<'AbortRequested'>,
  now: number,
): CampaignDecision {
  const { state, definition, waveSizes } = campaign;
  if (state.status === 'aborted' || state.status === 'ended')
    return refused(
      `campaign ${definition.campaign} ${state.status === 'aborted' ? 'was aborted already' : 'has already ended'}; nothing to abort`,
    );
  const aborted = { status: 'aborted', abortedAt: now, by, because: reason } as const;
  const next: CampaignState =
    'startedAt' in state
      ? { ...aborted, ...runningOf(state), endedAt: null }
      : { ...aborted, startedAt: now, openWaves: 0, accepted: waveSizes.map(() => 0), endedAt: now };
  return transition(campaign, next, reason);
}

/** Fields that belong to one status alone; everything else outlives the status. */
const ofOneStatus: ReadonlySet<string> = new Set([
  'status',
  'pausedAt',
  'byGate',
  'by',
  'because',
  'endedAt',
  'abortedAt',
]);

function runningOf(state: Running): Running {
  const kept = Object.entries(state).filter(([name]) => !ofOneStatus.has(name));
  return Object.fromEntries(kept) as unknown as Running;
}

/**
 * A settled client was reopened: budgets, gates and rounds of the campaign are needed again. An
 * aborted campaign stays aborted, and also finishes this client.
 */
export function reopen(campaign: Campaign, because: string): CampaignDecision {
  const { state } = campaign;
  if (state.status === 'aborted' && state.endedAt !== null)
    return transition(campaign, { ...state, endedAt: null }, because);
  if ((state.status === 'running' || state.status === 'paused') && state.mark !== undefined) {
    // The client may be finished again before the counters are read: the soak begins again anyway.
    const { mark: _mark, ...others } = state;
    return transition(campaign, others, `${because}: the soak of its wave begins again`);
  }
  if (state.status !== 'ended') return ignored(`reopened while the campaign ${statusClause[state.status]}`);
  return transition(campaign, { status: 'running', ...runningOf(state) }, because);
}
