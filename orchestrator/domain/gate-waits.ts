import type { WaveApproval } from '../../shared/domain/campaign/approval.ts';
import type { GateMark } from '../../shared/domain/campaign/opening.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import type { GateQuestion } from './gate-question.ts';

/**
 * What a gate waits for when its counts hold: the end of its soak, and a person who approves. All
 * of it is level-triggered: the same question may be asked any number of times.
 */

/** What the gate still waits for, in words; empty = nothing. */
export const waitsOf = (question: GateQuestion): readonly string[] =>
  [soakWait(question), approvalWait(question)].filter((wait) => wait !== null);

/** What the gate asked for and has got, in words: `soaked since …`, `approved by lee`. */
export function doneOf({ wave: { gate }, state, index }: GateQuestion): readonly string[] {
  const approval = gate.approval === true ? approvalOf(state.approvals, index + 1) : undefined;
  return [
    ...(gate.soakMs === undefined || state.mark === undefined
      ? []
      : [`soaked since ${isoOf(state.mark.since)}`]),
    ...(approval === undefined ? [] : [`approved by ${approval.by}`]),
  ];
}

/** The newest yes to a wave; undefined = nobody approved the wave. */
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
  if (soakMs === undefined) return null;
  const until = waitUntil(question, soakMs);
  if (until === null)
    return question.state.mark?.wave === question.index ? 'soaks again from now on' : 'soaks from now on';
  return question.now < until ? `soaks until ${isoOf(until)}` : null;
}

/** When this time without a change has passed; null = a change has just begun the time again. */
function waitUntil({ state: { mark }, index, progress }: GateQuestion, ms: number): number | null {
  if (mark?.wave !== index || mark.settled !== progress.settled) return null;
  return mark.since + ms;
}

/** The time for which the counts of the gate must hold; 0 = no time. */
const longestWait = ({ wave: { gate } }: GateQuestion): number => gate.soakMs ?? 0;

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
  const ms = longestWait(question);
  if (ms === 0) return undefined;
  const { mark } = state;
  const isOwn = mark?.wave === index;
  if (isOwn && mark.settled === progress.settled) return mark;
  if (isOwn && now >= mark.since && now < mark.since + ms / movesInOneWait) return mark;
  return { wave: index, since: now, settled: progress.settled };
}

/** When the gate of the newest open wave must be judged again without an event; null = never. */
export function nextGateMoment({ wave: { gate }, state, index, now }: GateQuestion): number | null {
  const { mark } = state;
  if (mark?.wave !== index || gate.soakMs === undefined) return null;
  const moments = [mark.since + gate.soakMs / movesInOneWait, mark.since + gate.soakMs];
  return moments.find((moment) => moment > now) ?? null;
}
