import type { CampaignDefinition } from './definition.ts';
import { judgeGate, type WaveProgress, waveProgress } from './gate.ts';
import type { Tally } from './tally.ts';

/** A campaign's aggregate: what was asked for, and where it stands. */
export interface Campaign {
  readonly definition: CampaignDefinition;
  readonly createdAt: number;
  /** Clients per wave, in the order of the definition's waves; fixed at creation. */
  readonly waveSizes: readonly number[];
  readonly state: CampaignState;
}

export type CampaignState =
  | { readonly status: 'created' }
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
  | ({ readonly status: 'ended'; readonly endedAt: number } & Running);

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
      /** Clients with an unsettled upgrade in another campaign. */
      readonly overlap: readonly { readonly client: string; readonly campaign: string }[];
    }
  | { readonly type: 'ReleaseStaged' }
  | { readonly type: 'PauseRequested'; readonly by: string; readonly reason: string }
  | { readonly type: 'ResumeRequested'; readonly counters: Tally }
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
      return campaign.state.status === 'waitingForRelease'
        ? move(campaign, begin(campaign, now), 'its release was staged')
        : ignored(`release staged while ${campaign.state.status}`);
    case 'PauseRequested':
      return pause(campaign, event, now);
    case 'ResumeRequested':
      return resume(campaign, event.counters);
    case 'CountersRead':
      return campaign.state.status === 'running'
        ? judge(campaign, campaign.state, event.counters, now)
        : ignored(`counters read while ${campaign.state.status}`);
  }
}

function start(
  campaign: Campaign,
  { releaseStaged, overlap }: Extract<CampaignEvent, { type: 'StartRequested' }>,
  now: number,
): CampaignDecision {
  const { definition, state } = campaign;
  if (state.status !== 'created')
    return refused(`campaign ${definition.campaign} was started already: it is ${state.status}`);
  const first = overlap[0];
  if (first !== undefined) {
    const names = overlap
      .slice(0, 5)
      .map((each) => each.client)
      .join(', ');
    const more = overlap.length > 5 ? ', …' : '';
    return refused(`campaign ${first.campaign} has not settled clients that this one wants: ${names}${more}`);
  }
  if (releaseStaged) return move(campaign, begin(campaign, now), 'started');
  if (definition.start === 'byHand') return refused(`release ${definition.release} is not staged`);
  return move(
    campaign,
    { status: 'waitingForRelease' },
    `starts when release ${definition.release} is staged`,
  );
}

const begin = (campaign: Campaign, now: number): CampaignState => ({
  status: 'running',
  startedAt: now,
  openWaves: 1,
  accepted: campaign.waveSizes.map(() => 0),
});

function pause(
  campaign: Campaign,
  { by, reason }: { readonly by: string; readonly reason: string },
  now: number,
): CampaignDecision {
  const { state, definition } = campaign;
  if (state.status === 'paused')
    return refused(`campaign ${definition.campaign} is paused already, by ${state.by}: ${state.because}`);
  if (state.status !== 'running')
    return refused(`campaign ${definition.campaign} is not running: it is ${state.status}`);
  return move(
    campaign,
    { ...state, status: 'paused', pausedAt: now, byGate: false, by, because: reason },
    `paused: ${reason}`,
  );
}

/** Whoever resumes after a gate has read the reason: the not-ok ends so far are accepted, further ones count again. */
function resume(campaign: Campaign, counters: Tally): CampaignDecision {
  const { state, definition } = campaign;
  if (state.status !== 'paused')
    return refused(`campaign ${definition.campaign} is not paused: it is ${state.status}`);
  const { startedAt, openWaves } = state;
  const accepted = state.byGate
    ? waveProgress(campaign.waveSizes, counters).map((wave) => wave.notOk)
    : state.accepted;
  return move(campaign, { status: 'running', startedAt, openWaves, accepted }, 'resumed');
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
    return move(campaign, paused, `paused: ${broken.because}`);
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

const move = (campaign: Campaign, state: CampaignState, because: string): CampaignDecision => ({
  kind: 'moved',
  campaign: { ...campaign, state },
  because,
});

const refused = (because: string): CampaignDecision => ({ kind: 'refused', because });
const ignored = (because: string): CampaignDecision => ({ kind: 'ignored', because });
