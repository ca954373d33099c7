import { counted } from './counted.ts';
import type { Acceptance } from '../../shared/domain/campaign/campaign.ts';
import { endsInWords } from '../../shared/domain/outcome/ending.ts';
import type { Wave } from '../../shared/domain/campaign/definition.ts';
import { type GateQuestion, healthSampleOf, sampleOf, triableIn } from './gate-question.ts';
import { doneOf, waitsOf } from './gate-waits.ts';
import type { WaveProgress } from './wave-progress.ts';

export type GateVerdict =
  /** `how` says by what: `passed`, or who opened it in spite of what. */
  | { readonly kind: 'open'; readonly because: string; readonly how: string }
  | { readonly kind: 'closed'; readonly because: string }
  /** Too many clients failed or need attention: the campaign pauses. */
  | { readonly kind: 'broken'; readonly because: string };

/**
 * Is the gate of a wave open, closed or broken? Without a conclusion the gate stays closed. Soak
 * and approval count only where a wave follows. An empty wave has nothing to soak, and waits for
 * the approval of a person as any other one.
 */
export function evaluateGate(question: GateQuestion): GateVerdict {
  const counts = evaluateCounts(question);
  const { isLast, progress } = question;
  if (counts.kind !== 'open' || isLast) return counts;
  const waits = waitsOf(question);
  if (waits.length > 0) return { kind: 'closed', because: [finishedWords(progress), ...waits].join('; ') };
  const how = [counts.how, ...doneOf(question)].join(', ');
  return { kind: 'open', how, because: counts.because.replace(counts.how, () => how) };
}

/**
 * What the gate says of the clients that are finished, whatever time it is. The share of failures
 * is that of the clients that were tried, and counts once `minSample` of them have settled, or all
 * that there are.
 */
export function evaluateCounts({ wave, index, state, progress }: GateQuestion): GateVerdict {
  const { name, gate } = wave;
  const { size, settled, tried, failures, health } = progress;
  const accepted = state.accepted[index] ?? 0;
  if (size === 0) return { kind: 'open', how: 'passed', because: 'passed: it is empty' };
  const sample = sampleOf(wave, progress);
  const notOk = failures + health.unhealthy - accepted;
  if (tried >= sample && notOk * 100 > gate.notOkPercent * tried)
    return { kind: 'broken', because: brokenBecause(name, gate.notOkPercent, progress) };
  const ill = tooManyUnhealthy(wave, progress, state.acceptances?.[index]?.unhealthy ?? 0);
  if (ill !== null) return { kind: 'broken', because: `wave ${name}: ${ill}` };
  const share = finishedWords(progress);
  if (tried < sample) return { kind: 'closed', because: `${share}; ${neededWords(progress, sample)}` };
  if (settled * 100 < gate.settledPercent * size)
    return { kind: 'closed', because: `${share}; ${gate.settledPercent} % are needed` };
  const few = tooFewUpgraded(progress, gate.upgradedPercent ?? 0, accepted);
  if (few === null) return openedBecause(progress, state.acceptances?.[index] ?? null);
  // Nothing more can be upgraded when every client is finished: only a person can go on.
  return settled === size
    ? { kind: 'broken', because: `wave ${name}: ${few}` }
    : { kind: 'closed', because: `${share}; ${few}` };
}

/**
 * `3 of 10 finished and 1 cancelled`: how far a wave is, wherever a gate is spoken of. Cancelled
 * clients count for `settled: 80 %`, and are finished on no screen, so they are named.
 */
export const finishedWords = ({ finished, size, ends: { cancelled } }: WaveProgress): string =>
  size === 0
    ? 'it is empty'
    : `${finished} of ${size} finished${cancelled === 0 ? '' : ` and ${cancelled} cancelled`}`;

/** Only tried clients count for `minSample`: where not all finished ones are, it says how many. */
const neededWords = ({ tried, finished }: WaveProgress, sample: number): string =>
  tried === finished
    ? `needs ${sample} before it decides`
    : `${tried} ${tried === 1 ? 'was' : 'were'} tried, and it decides after ${sample}`;

/**
 * Says how many upgraded clients are missing; null = none. Failures that a person accepted count as
 * upgraded, and clients that a person or a rule took out do not count.
 */
function tooFewUpgraded(progress: WaveProgress, needed: number, accepted: number): string | null {
  const all = triableIn(progress);
  const upToDate = progress.tried - progress.failures - progress.health.unhealthy;
  return (upToDate + accepted) * 100 >= needed * all
    ? null
    : `${upToDate} of ${all} upgraded; ${needed} % are needed`;
}

/** Says who let the failures of a wave through. Such a wave has not passed. */
function openedBecause(progress: WaveProgress, acceptance: Acceptance | null): GateVerdict {
  const found = foundInWords(progress);
  const how = howAccepted(acceptance);
  if (how !== null) return { kind: 'open', how, because: `${how}: ${found}` };
  if (progress.tried > 0) return { kind: 'open', how: 'passed', because: `passed: ${found}` };
  return { kind: 'open', how: 'opened', because: `opened, and no client was tried: ${found}` };
}

/** `18 upgraded, 2 failed; 1 of the upgraded is unhealthy`: unhealthy ones are counted apart. */
export const foundInWords = ({ ends, health: { unhealthy } }: WaveProgress): string =>
  `${endsInWords(ends)}${unhealthy === 0 ? '' : `; ${unhealthy} of the upgraded ${unhealthy === 1 ? 'is' : 'are'} unhealthy`}`;

/** `opened by anna in spite of 2 failures`; null = no acceptance opened the wave. */
export function howAccepted(acceptance: Acceptance | null): string | null {
  const what = acceptance === null || acceptance.isLate === true ? '' : acceptedWords(acceptance);
  return what === '' ? null : `opened by ${acceptance?.by} in spite of ${what}`;
}

/** `2 failures and 1 unhealthy client`; '' = nothing was accepted. */
export const acceptedWords = ({
  failures,
  unhealthy = 0,
  notKnown = 0,
}: Pick<Acceptance, 'failures' | 'unhealthy' | 'notKnown'>): string =>
  [
    ...(failures === 0 ? [] : [counted(failures, 'failure')]),
    ...(unhealthy === 0 ? [] : [counted(unhealthy, 'unhealthy client')]),
    ...(notKnown === 0 ? [] : [`${counted(notKnown, 'client')} of unknown health`]),
  ].join(' and ');

/** Says why the health of the wave stops the campaign; null = the health stops nothing. */
function tooManyUnhealthy(wave: Wave, progress: WaveProgress, accepted: number): string | null {
  const { health: limit } = wave.gate;
  const { healthy, unhealthy } = progress.health;
  const known = healthy + unhealthy;
  if (limit === undefined || known < healthSampleOf(wave, progress)) return null;
  return (unhealthy - accepted) * 100 > limit.notOkPercent * known
    ? `${unhealthy} of ${counted(known, 'upgraded client')} that ${known === 1 ? 'was' : 'were'} looked at again ${unhealthy === 1 ? 'is' : 'are'} unhealthy, limit ${limit.notOkPercent} %`
    : null;
}

function brokenBecause(
  name: string,
  limit: number,
  { tried, failures, health, causes }: WaveProgress,
): string {
  const first = causes[0];
  const cause = first === undefined ? '' : `, same cause ${first.count}x: ${first.cause}`;
  const ill = health.unhealthy === 0 ? '' : ` and ${health.unhealthy} unhealthy`;
  return `wave ${name}: ${counted(failures, 'failure')}${ill} in ${counted(tried, 'client')} that ${tried === 1 ? 'was' : 'were'} tried, limit ${limit} %${cause}`;
}
