import {
  abort,
  ignored,
  move,
  pause,
  releaseStaged,
  reopen,
  resume,
  start,
  startTimeCame,
} from './campaign-commands.ts';
import type { CampaignDefinition, Withdrawal } from './definition.ts';
import { judgeGate, type WaveProgress, waveProgress } from './gate.ts';
import type { Tally } from './tally.ts';

/** A campaign's aggregate: what was asked for, and where it stands. */
export interface Campaign {
  readonly definition: CampaignDefinition;
  readonly createdAt: number;
  /** Clients per wave, in the order of the definition's waves; fixed at creation. */
  readonly waveSizes: readonly number[];
  readonly state: CampaignState;
  /** Its records were put back from the audit then: what was done shortly before is not known. */
  readonly rebuiltAt?: number;
}

export type CampaignState =
  | { readonly status: 'created' }
  | { readonly status: 'scheduled'; readonly startAt: number }
  | { readonly status: 'waitingForRelease' }
  | ({ readonly status: 'running' } & Running)
  | ({
      readonly status: 'paused';
      readonly pausedAt: number;
      /** A gate paused it, and not a person. */
      readonly byGate: boolean;
      readonly by: string;
      readonly because: string;
    } & Running)
  | ({ readonly status: 'ended'; readonly endedAt: number } & Running)
  /** Nothing begins any more. Clients that still wait are cancelled by that alone; `endedAt` is when the last other one had settled. */
  | ({
      readonly status: 'aborted';
      readonly abortedAt: number;
      readonly by: string;
      readonly because: string;
      readonly endedAt: number | null;
    } & Running);

/** What is true from the start on, whatever the status. */
export interface Running {
  readonly startedAt: number;
  readonly openWaves: number;
  /** By wave: how many not-ok ends a person has accepted by resuming after a gate paused the campaign. */
  readonly accepted: readonly number[];
}

export type CampaignEvent =
  | {
      readonly type: 'StartRequested';
      readonly releaseStaged: boolean;
      /** Who has withdrawn the release. */
      readonly withdrawn?: Withdrawal | null;
      /** Clients with an unsettled upgrade in another campaign. */
      readonly overlap: readonly { readonly client: string; readonly campaign: string }[];
    }
  | { readonly type: 'ReleaseStaged' }
  /** The moment a scheduled campaign waits for, or later. */
  | { readonly type: 'StartTimeCame'; readonly releaseStaged: boolean }
  | { readonly type: 'PauseRequested'; readonly by: string; readonly reason: string }
  | {
      readonly type: 'ResumeRequested';
      readonly by: string;
      /** Resume also what another person has paused. */
      readonly override: boolean;
      /** Why, where the person says it. */
      readonly reason?: string | undefined;
      readonly counters: Tally;
    }
  | { readonly type: 'AbortRequested'; readonly by: string; readonly reason: string }
  /** A client that had settled has been opened again. */
  | { readonly type: 'Reopened'; readonly because: string }
  | { readonly type: 'CountersRead'; readonly counters: Tally };

export type CampaignDecision =
  | { readonly kind: 'moved'; readonly campaign: Campaign; readonly because: string }
  /** A person asked for what can not be. */
  | { readonly kind: 'refused'; readonly because: string }
  | { readonly kind: 'ignored'; readonly because: string };

/** The decider of the campaign: level-triggered, so the same counters may be read any number of times. */
export function decideCampaign(campaign: Campaign, event: CampaignEvent, now: number): CampaignDecision {
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
      return resume(campaign, event);
    case 'AbortRequested':
      return abort(campaign, event, now);
    case 'Reopened':
      return reopen(campaign, event.because);
    case 'CountersRead':
      return countersRead(campaign, event.counters, now);
  }
}

function countersRead(campaign: Campaign, counters: Tally, now: number): CampaignDecision {
  const { state } = campaign;
  if (state.status === 'running') return judge(campaign, state, counters, now);
  if (state.status !== 'aborted' || state.endedAt !== null)
    return ignored(`counters read while ${state.status}`);
  return isEveryoneSettledOrWaiting(campaign, counters)
    ? move(campaign, { ...state, endedAt: now }, 'aborted, and everything that was begun is finished')
    : ignored('what was begun is being finished');
}

function isEveryoneSettledOrWaiting({ waveSizes }: Campaign, counters: Tally): boolean {
  return waveProgress(waveSizes, counters).every(({ settled, waiting, size }) => settled + waiting === size);
}

function judge(campaign: Campaign, state: Running, counters: Tally, now: number): CampaignDecision {
  const progress = waveProgress(campaign.waveSizes, counters);
  if (progress.every((wave) => wave.settled === wave.size)) {
    return move(campaign, { ...state, status: 'ended', endedAt: now }, 'every client has settled');
  }
  const verdicts = progress
    .slice(0, state.openWaves)
    .map((wave, index) => judgeWave(campaign, state, wave, index));
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
    return move(campaign, paused, broken.because);
  }
  const last = verdicts.at(-1);
  if (last?.kind !== 'open') return ignored(last?.because ?? 'no wave is open');
  if (state.openWaves >= campaign.waveSizes.length) return ignored('every wave is open');
  const name = campaign.definition.waves[state.openWaves]?.name ?? '';
  return move(
    campaign,
    { ...state, status: 'running', openWaves: state.openWaves + 1 },
    `wave ${name} opens: ${last.because}`,
  );
}

function judgeWave(
  campaign: Campaign,
  state: Running,
  progress: WaveProgress,
  index: number,
): ReturnType<typeof judgeGate> {
  const wave = campaign.definition.waves[index];
  if (wave === undefined) return { kind: 'closed', because: 'a wave that the definition does not know' };
  return judgeGate(wave, progress, state.accepted[index] ?? 0);
}
