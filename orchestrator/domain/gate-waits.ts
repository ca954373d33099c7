import { counted } from './counted.ts';
import type { WaveApproval } from '../../shared/domain/campaign/approval.ts';
import type { GateMark } from '../../shared/domain/campaign/opening.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { type GateQuestion, healthSampleOf } from './gate-question.ts';
import type { WaveProgress } from './wave-progress.ts';

/**
 * What a gate waits for when its counts hold: the end of its soak, the health of the upgraded
 * clients, and a person who approves. All of it is level-triggered: the same question may be asked
 * any number of times.
 */

/** What the gate still waits for, in words; empty = nothing. */
export const waitsOf = (question: GateQuestion): readonly string[] =>
  [soakWait(question), healthWait(question), approvalWait(question)].filter((wait) => wait !== null);

/** What the gate asked for and has got, in words: `soaked since …`, `approved by lee`. */
export function doneOf(question: GateQuestion): readonly string[] {
  const { wave, state, index, progress } = question;
  const { gate } = wave;
  const approval = gate.approval === true ? approvalOf(state.approvals, index + 1) : undefined;
  return [
    ...(gate.soakMs === undefined || state.mark === undefined
      ? []
      : [`soaked since ${isoOf(state.mark.since)}`]),
    ...(gate.health === undefined || progress.ends.upgraded === 0
      ? []
      : [
          `${progress.health.healthy} of ${counted(progress.ends.upgraded, 'upgraded client')} still healthy`,
        ]),
    ...(approval === undefined ? [] : [`approved by ${approval.by}`]),
  ];
}

/** The newest approval of a wave; undefined = nobody approved the wave. */
export const approvalOf = (
  approvals: readonly WaveApproval[] | undefined,
  wave: number,
): WaveApproval | undefined => approvals?.findLast((each) => each.wave === wave);

const approvalWait = ({ wave: { gate }, state, index }: GateQuestion): string | null =>
  gate.approval === true && approvalOf(state.approvals, index + 1) === undefined
    ? 'waits for approval'
    : null;

function soakWait(question: GateQuestion): string | null {
  const { soakMs } = question.wave.gate;
  if (soakMs === undefined || question.progress.size === 0) return null;
  const until = waitUntil(question, soakMs);
  if (until === null)
    return question.state.mark?.wave === question.index ? 'soaks again from now on' : 'soaks from now on';
  return question.now < until ? `soaks until ${isoOf(until)}` : null;
}

/** What the gate waits for until it knows the health of the upgraded clients. */
function healthWait(question: GateQuestion): string | null {
  const { wave, state, index, progress } = question;
  const { health } = wave.gate;
  const { upgraded } = progress.ends;
  if (health === undefined || upgraded === 0) return null;
  const clients = `${upgraded} upgraded ${upgraded === 1 ? 'client' : 'clients'}`;
  if (state.health?.wave === index && state.health.survey !== null) return `looks again at ${clients} now`;
  if (lookedAt(progress) < upgraded) {
    const from = waitUntil(question, health.watchMs);
    if (from === null) return `looks again at ${clients} when all has held for its time`;
    return question.now < from
      ? `looks again at ${clients} from ${isoOf(from)} on`
      : `looks again at ${clients} now`;
  }
  if (!isHealthOpen(question)) return null;
  const { healthy, unhealthy } = progress.health;
  const again = lookAgainAt(question);
  return (
    `health of ${healthy + unhealthy} of ${clients} is known, ${healthSampleOf(wave, progress)} are needed` +
    (again === null ? '' : `; looks again at ${isoOf(again)}`)
  );
}

export const lookedAt = ({ health }: WaveProgress): number =>
  health.healthy + health.unhealthy + health.notKnown;

/**
 * Has every upgraded client been looked at, and the health of too few is known? Only more looks or
 * a person can go on.
 */
export function isHealthOpen({ wave, state, index, progress }: GateQuestion): boolean {
  const { health, ends } = progress;
  if (wave.gate.health === undefined || lookedAt(progress) < ends.upgraded) return false;
  const accepted = state.acceptances?.[index]?.notKnown ?? 0;
  return health.healthy + health.unhealthy < healthSampleOf(wave, progress) && health.notKnown > accepted;
}

/** Unknown health is looked at again an hour later, or after the watch where that is shorter. */
const againAfterMs = 3_600_000;

/** When clients of unknown health are looked at again; null = no look has ended yet. */
export function lookAgainAt({ wave, state, index }: GateQuestion): number | null {
  const { health } = wave.gate;
  if (health === undefined || state.health?.wave !== index) return null;
  return state.health.at + Math.min(againAfterMs, health.watchMs);
}

/** When this time without a change has passed; null = a change has just begun the time again. */
export function waitUntil({ state: { mark }, index, progress }: GateQuestion, ms: number): number | null {
  if (mark?.wave !== index || mark.settled !== progress.settled) return null;
  return mark.since + ms;
}

/** The shortest time for which the counts of the gate must hold; null = no time. */
function shortestWait({ wave: { gate } }: GateQuestion): number | null {
  const waits = [gate.soakMs, gate.health?.watchMs].filter((ms) => ms !== undefined);
  return waits.length === 0 ? null : Math.min(...waits);
}

/**
 * A wave whose last clients are finished one by one moves its mark at most so often in a soak: each
 * move is a write and an entry of the audit. The soak is longer by this share at most, never
 * shorter.
 */
const movesInOneWait = 60;

/**
 * The mark that belongs to the gate whose counts hold.
 * @returns the present mark where nothing is to be changed; undefined = the gate needs none
 */
export function markOf(question: GateQuestion): GateMark | undefined {
  const { state, index, progress, now } = question;
  const ms = shortestWait(question);
  if (ms === null || progress.size === 0) return undefined;
  const { mark } = state;
  const isOwn = mark?.wave === index;
  if (isOwn && mark.settled === progress.settled) return mark;
  if (isOwn && now >= mark.since && now < mark.since + ms / movesInOneWait) return mark;
  return { wave: index, since: now, settled: progress.settled };
}

/** When the gate of the newest open wave must be judged again without an event; null = never. */
export function nextGateMoment(question: GateQuestion): number | null {
  const { wave, state, index, now } = question;
  const { mark } = state;
  const ms = shortestWait(question);
  if (mark?.wave !== index || ms === null) return null;
  const { soakMs, health } = wave.gate;
  const isMissing = lookedAt(question.progress) < question.progress.ends.upgraded;
  const again = isMissing || isHealthOpen(question) ? lookAgainAt(question) : null;
  const moments = [
    mark.since + ms / movesInOneWait,
    ...(soakMs === undefined ? [] : [mark.since + soakMs]),
    ...(health === undefined ? [] : [mark.since + health.watchMs]),
    ...(again === null ? [] : [again]),
  ].filter((moment) => moment > now);
  return moments.length === 0 ? null : Math.min(...moments);
}
