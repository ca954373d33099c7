import { counted } from './counted.ts';
import type {
  Campaign,
  CampaignDecision,
  CampaignEvent,
  CampaignState,
  Running,
} from '../../shared/domain/campaign/campaign.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import { healthNow } from '../../shared/domain/upgrade/count-upgrade.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { ignored, refused, transition } from './decision.ts';
import { acceptedWords, evaluateCounts } from './gate.ts';
import { type GateQuestion, gateQuestion } from './gate-question.ts';
import { isHealthOpen, lookAgainAt, lookedAt, waitUntil } from './gate-waits.ts';
import { waveProgress } from './wave-progress.ts';

/** When the upgraded clients of a wave are looked at again, and what comes of it. */

/** What is to be done for the health of the newest open wave; null = nothing now. */
export type HealthStep =
  | { readonly kind: 'begin'; readonly wave: number }
  | { readonly kind: 'collect'; readonly wave: number; readonly survey: string; readonly begunAt: number };

/** Does the gate of the newest open wave ask for health at all? */
export function asksForHealth({ definition: { waves }, state }: Campaign): boolean {
  if (state.status !== 'running') return false;
  const isLast = state.openWaves >= waves.length;
  return isLooking(state) || (!isLast && waves[state.openWaves - 1]?.gate.health !== undefined);
}

const isLooking = ({ health }: Running): boolean => health !== undefined && health.survey !== null;

/** Level-triggered: the same numbers give the same step. */
export function healthStep(campaign: Campaign, counters: Counters, now: number): HealthStep | null {
  const { state } = campaign;
  if (state.status !== 'running' || !asksForHealth(campaign)) return null;
  const { health } = state;
  if (health !== undefined && health.survey !== null)
    return { kind: 'collect', wave: health.wave, survey: health.survey, begunAt: health.at };
  const question = newestOf(campaign, state, counters, now);
  if (question === null || evaluateCounts(question).kind !== 'open') return null;
  return isLookDue(question) ? { kind: 'begin', wave: question.index } : null;
}

/** Looks that could not be made at once are made after the same time as looks in vain. */
function isLookDue(question: GateQuestion): boolean {
  const { wave, progress, now } = question;
  const { health } = wave.gate;
  if (health === undefined || question.isLast || progress.ends.upgraded === 0) return false;
  const from = waitUntil(question, health.watchMs);
  if (from === null || now < from) return false;
  const isFirst = lookedAt(progress) < progress.ends.upgraded;
  if (!isFirst && !isHealthOpen(question)) return false;
  return now >= (lookAgainAt(question) ?? from);
}

const newestOf = (
  campaign: Campaign,
  state: Running,
  counters: Counters,
  now: number,
): GateQuestion | null => {
  const index = state.openWaves - 1;
  const progress = waveProgress(campaign.waveSizes, counters)[index];
  return gateQuestion(campaign, state, { index, progress, now });
};

/** Is this client to be looked at: upgraded in this wave, and its health is not known yet? */
export function wantsLook(upgrade: Upgrade, wave: number): boolean {
  const { state } = upgrade;
  if (upgrade.wave !== wave || state.phase !== 'settled' || state.end !== 'upgraded') return false;
  const health = healthNow(upgrade);
  return health === null || health.kind === 'notKnown';
}

type EventOf<T extends CampaignEvent['type']> = Extract<CampaignEvent, { type: T }>;

/** A survey looks at the upgraded clients of a wave. */
export function healthAsked(
  campaign: Campaign,
  { wave, survey, clients }: EventOf<'HealthAsked'>,
  now: number,
): CampaignDecision {
  const { state, definition } = campaign;
  if (state.status !== 'running' || state.openWaves - 1 !== wave)
    return ignored('its wave is not the newest');
  if (isLooking(state)) return ignored(`survey ${state.health?.survey} looks already`);
  return transition(
    campaign,
    { ...state, health: { wave, at: now, survey } },
    `wave ${definition.waves[wave]?.name ?? ''}: looks again at ${counted(clients, 'upgraded client')}, survey ${survey}`,
  );
}

/** The health of every client that was looked at stands in its record. */
export function healthFound(
  campaign: Campaign,
  { survey, found }: EventOf<'HealthFound'>,
  now: number,
): CampaignDecision {
  const { state, definition } = campaign;
  if (!('openWaves' in state) || state.health?.survey !== survey)
    return ignored(`survey ${survey} is not the newest`);
  const { wave } = state.health;
  const { healthy, unhealthy, notKnown } = found;
  const next: CampaignState = { ...state, health: { wave, at: now, survey: null } };
  return transition(
    campaign,
    next,
    `wave ${definition.waves[wave]?.name ?? ''}: ${healthy} healthy, ${unhealthy} unhealthy, ${notKnown} of unknown health`,
  );
}

/** A person opens the next wave although the health of too few clients is known. */
export function acceptUnknownHealth(
  campaign: Campaign,
  state: Extract<CampaignState, { status: 'running' }>,
  { by, reason, counters }: EventOf<'ResumeRequested'>,
  now: number,
): CampaignDecision {
  const question = newestOf(campaign, state, counters, now);
  if (question === null || question.isLast || !isHealthOpen(question))
    return refused(`campaign ${campaign.definition.campaign} is not paused: it is running`);
  const { index, progress } = question;
  const before = state.acceptances?.[index];
  const acceptance = {
    ...(before ?? { failures: 0 }),
    by,
    at: now,
    ...(reason === undefined ? {} : { reason }),
    notKnown: progress.health.notKnown,
  };
  const acceptances = campaign.waveSizes.map((_, wave) =>
    wave === index ? acceptance : (state.acceptances?.[wave] ?? null),
  );
  const what = acceptedWords({ failures: 0, notKnown: progress.health.notKnown });
  return transition(
    campaign,
    { ...state, acceptances },
    `resumed in spite of ${what}${reason === undefined ? '' : `: ${reason}`}`,
  );
}
