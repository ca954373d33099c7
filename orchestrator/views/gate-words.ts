import { evaluateGate, type GateVerdict, foundInWords, howAccepted, acceptedWords } from '../domain/gate.ts';
import { gateQuestion, sampleOf } from '../domain/gate-question.ts';
import type { WaveProgress } from '../domain/wave-progress.ts';
import type { WaveHeld } from './holds.ts';
import { endsInWords } from '../../shared/domain/outcome/ending.ts';
import {
  awaitingOf,
  type Campaign,
  type CampaignState,
  type Running,
} from '../../shared/domain/campaign/campaign.ts';
import type { Wave, Withdrawal } from '../../shared/domain/campaign/definition.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';

/** What clients wait for besides their gates; the lists are by wave. */
interface Waits {
  readonly withdrawn?: Withdrawal | null;
  readonly notStaged?: readonly WaveNotStaged[];
  readonly held?: readonly WaveHeld[];
}

/**
 * For every wave: what its gate says, or what has to happen before it opens.
 * @param now policy time
 */
export function gateWords(
  { definition, state }: Campaign,
  progress: readonly WaveProgress[],
  now: number,
  { withdrawn = null, notStaged = [], held = [] }: Waits = {},
): readonly string[] {
  const openWaves = 'openWaves' in state ? state.openWaves : 0;
  return definition.waves.map((wave, index) => {
    const before = definition.waves[index - 1]?.name ?? '';
    if (!('openWaves' in state))
      return index === 0 ? notStarted(definition.release, state, withdrawn) : `after wave ${before}`;
    const own = progress[index];
    if (state.status === 'aborted' && index >= openWaves) return 'cancelled before it opened';
    // Waves that no client was left for were not opened, and no gate waits for anything any more.
    const hasEnded = state.status === 'ended';
    if (hasEnded && index >= openWaves) return 'the campaign ended before it opened';
    if (index >= openWaves || own === undefined) return `not open yet: after wave ${before}`;
    const isLast = index === definition.waves.length - 1;
    if (state.status === 'aborted' && (isLast || index === openWaves - 1)) return abortedWave(own);
    const question = gateQuestion({ definition }, state, { index, progress: own, now });
    if (question === null) return '';
    const verdict = evaluateGate(question);
    if (index < openWaves - 1 && verdict.kind !== 'broken') return openedWords(state, own, index, verdict);
    if (hasEnded && !isLast && verdict.kind === 'closed') return `ended: ${foundInWords(own)}`;
    return `${inWords(verdict, isLast)}${verdict.kind === 'closed' ? cannotBegin(own, wave, notStaged[index], held[index]) : ''}`;
  });
}

/** A wave that was opened says for ever by what; the numbers are those of now. */
function openedWords(
  { openings, acceptances }: Running,
  progress: WaveProgress,
  index: number,
  verdict: GateVerdict,
): string {
  const acceptance = acceptances?.[index] ?? null;
  const kept = openings?.find(({ wave }) => wave === index + 1)?.how ?? howAccepted(acceptance);
  const how = kept ?? (verdict.kind === 'open' ? null : 'passed');
  const words = how === null ? verdict.because : `${how}: ${foundInWords(progress)}`;
  return acceptance?.isLate === true
    ? `${words}; ${acceptance.by} accepted ${acceptedWords(acceptance)} later`
    : words;
}

/** Clients of one wave that wait for the copy of their logon servers. */
export interface WaveNotStaged {
  readonly clients: number;
  readonly logonServers: readonly string[];
}

/** Says at once that a wave cannot decide, and for whom it waits. */
function cannotBegin(
  progress: WaveProgress,
  wave: Wave,
  { clients: missing, logonServers }: WaveNotStaged = noneNotStaged,
  held: WaveHeld = noneHeld,
): string {
  const { size, settled, tried } = progress;
  const most = size - missing - held.waiting;
  const cannot =
    most - (settled - tried) < sampleOf(wave, progress) || most * 100 < wave.gate.settledPercent * size;
  const who = [
    missing > 0 &&
      `${missing} of its clients cannot begin, because the release is not staged on ${named(logonServers)}`,
    held.clients > 0 &&
      `waits for held ${held.logonServers.length === 1 ? 'logon server' : 'logon servers'} ${named(held.logonServers)}: ${held.clients} of its clients there ${held.clients === 1 ? 'has' : 'have'} not finished`,
  ].filter((part) => part !== false);
  return who.length === 0 ? '' : `; ${cannot ? 'CANNOT DECIDE: ' : ''}${who.join('; ')}`;
}

const noneNotStaged: WaveNotStaged = { clients: 0, logonServers: [] };
const noneHeld: WaveHeld = { clients: 0, waiting: 0, logonServers: [] };

const named = (servers: readonly string[]): string =>
  `${servers.slice(0, 3).join(', ')}${servers.length > 3 ? ', …' : ''}`;

/** In an aborted campaign the newest open wave has come to no conclusion. */
function abortedWave({ waiting, ends }: WaveProgress): string {
  const cancelled = ends.cancelled + waiting;
  return `${cancelled === 0 ? 'aborted' : 'cancelled'}: ${endsInWords({ ...ends, cancelled })}`;
}

function notStarted(release: string, state: CampaignState, withdrawn: Withdrawal | null): string {
  if (awaitingOf(state)?.paused !== undefined)
    return `does not open before the campaign is resumed${state.status === 'scheduled' ? `; its start time is ${isoOf(state.startAt)}` : ''}`;
  if (state.status === 'scheduled') return `opens at ${isoOf(state.startAt)}`;
  const again = withdrawn === null ? '' : ` again: it was withdrawn by ${withdrawn.by}: ${withdrawn.because}`;
  return state.status === 'waitingForRelease'
    ? `opens when release ${release} is staged${again}`
    : 'opens when the campaign is started';
}

/** The last gate opens nothing, but it still stops the campaign when too much goes wrong. */
function inWords({ kind, because }: GateVerdict, isLast: boolean): string {
  if (kind === 'broken') return `stopped: ${because}`;
  if (isLast) return `last wave: ${because}`;
  return kind === 'open' ? because : `waiting: ${because}`;
}
