import type { Campaign, CampaignDecision, Running } from '../../shared/domain/campaign/campaign.ts';
import type { GateMark, Opening } from '../../shared/domain/campaign/opening.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { endCame } from './campaign-end.ts';
import { ignored, transition } from './decision.ts';
import { evaluateCounts, evaluateGate, finishedWords, type GateVerdict } from './gate.ts';
import { type GateQuestion, gateQuestion } from './gate-question.ts';
import { markOf, nextGateMoment } from './gate-waits.ts';
import { type WaveProgress, waveProgress } from './wave-progress.ts';

/** Ends a running campaign, pauses it, or opens the next wave, by the gates of the open waves. */
export function judgeWaves(
  campaign: Campaign,
  state: Extract<Campaign['state'], { status: 'running' }>,
  counters: Counters,
  now: number,
): CampaignDecision {
  const progress = waveProgress(campaign.waveSizes, counters);
  if (progress.every((wave) => wave.settled === wave.size)) {
    const ended = { ...withMark(state, undefined), status: 'ended', endedAt: now } as const;
    return transition(campaign, ended, 'every client is finished');
  }
  const atEnd = endCame(campaign, state, counters, now);
  if (atEnd !== null) return atEnd;
  const questions = questionsOf(campaign, state, progress, now);
  const verdicts = questions.map((question) => evaluateGate(question));
  const broken = verdicts.find((verdict) => verdict.kind === 'broken');
  if (broken !== undefined) return pausedByGate(campaign, state, broken.because, now);
  const [last, newest] = [verdicts.at(-1), questions.at(-1)];
  if (last === undefined || newest === undefined) return ignored('no wave is open');
  if (last.kind === 'open' && state.reachedEnd?.does === 'finish')
    return ignored('its end has come: no further wave opens');
  return last.kind === 'open' && !newest.isLast
    ? openNext(campaign, newest, last)
    : stayClosed(campaign, newest, last);
}

/** When the gate of a running campaign must be judged again without an event; null = never. */
export function nextMomentOfGates(campaign: Campaign, counters: Counters, now: number): number | null {
  const { state, waveSizes } = campaign;
  if (state.status !== 'running' || state.mark === undefined) return null;
  const newest = questionsOf(campaign, state, waveProgress(waveSizes, counters), now).at(-1);
  return newest === undefined ? null : nextGateMoment(newest);
}

const questionsOf = (
  campaign: Campaign,
  state: Running,
  progress: readonly WaveProgress[],
  now: number,
): readonly GateQuestion[] =>
  progress
    .slice(0, state.openWaves)
    .map((wave, index) => gateQuestion(campaign, state, { index, progress: wave, now }))
    .filter((question) => question !== null);

/** A soak begins again after the pause: what was counted did not hold. */
const pausedByGate = (campaign: Campaign, state: Running, because: string, now: number): CampaignDecision =>
  transition(
    campaign,
    { ...withMark(state, undefined), status: 'paused', pausedAt: now, byGate: true, by: 'gate', because },
    because,
  );

function openNext(
  campaign: Campaign,
  { state, wave, index, now }: GateQuestion,
  { how, because }: Extract<GateVerdict, { kind: 'open' }>,
): CampaignDecision {
  const next = index + 1;
  const { openings, ...others } = withMark(state, undefined);
  const opening: readonly Opening[] = says(how) ? [{ wave: next, at: now, how }] : [];
  const all = [...(openings ?? []), ...opening];
  return transition(
    campaign,
    {
      ...others,
      status: 'running',
      openWaves: next + 1,
      ...(all.length === 0 ? {} : { openings: all }),
    },
    `wave ${campaign.definition.waves[next]?.name ?? ''} opens: wave ${wave.name} ${because}`,
  );
}

/** A gate that has passed by its counts alone needs no words of its own. */
const says = (how: string): boolean => how !== 'passed' && how !== 'opened';

/** Keeps the time since which the counts of the newest gate have held. */
function stayClosed(campaign: Campaign, newest: GateQuestion, verdict: GateVerdict): CampaignDecision {
  const { state, isLast, wave, progress } = newest;
  const holds = !isLast && evaluateCounts(newest).kind === 'open';
  const mark = holds ? markOf(newest) : undefined;
  if (mark === state.mark) return ignored(verdict.because);
  const says =
    mark === undefined
      ? `wave ${wave.name} does not soak any more: ${verdict.because}`
      : `wave ${wave.name} ${state.mark === undefined ? 'soaks' : 'soaks again'} from ${isoOf(mark.since)} on: ${finishedWords(progress)}`;
  return transition(campaign, { ...withMark(state, mark), status: 'running' }, says);
}

function withMark({ mark: _before, ...others }: Running, mark: GateMark | undefined): Running {
  return mark === undefined ? others : { ...others, mark };
}
