import type { Campaign, Running } from '../../shared/domain/campaign/campaign.ts';
import type { Wave } from '../../shared/domain/campaign/definition.ts';
import type { WaveProgress } from './wave-progress.ts';

/** The gate of one wave, as its campaign stands. */
export interface GateQuestion {
  readonly wave: Wave;
  /** The position of the wave, from 0 on. */
  readonly index: number;
  /** No wave follows: the gate opens nothing. */
  readonly isLast: boolean;
  readonly state: Running;
  readonly progress: WaveProgress;
  /** Policy time. */
  readonly now: number;
}

/** The question about a wave of a campaign; null = the definition does not have the wave. */
export function gateQuestion(
  { definition: { waves } }: Pick<Campaign, 'definition'>,
  state: Running,
  {
    index,
    progress,
    now,
  }: Pick<GateQuestion, 'index' | 'now'> & { readonly progress: WaveProgress | undefined },
): GateQuestion | null {
  const wave = waves[index];
  if (wave === undefined || progress === undefined) return null;
  return { wave, index, isLast: index === waves.length - 1, state, progress, now };
}

/** The clients of the wave that no person and no rule took out. */
export const triableIn = ({ size, settled, tried }: WaveProgress): number => size - (settled - tried);

/** How many tried clients a gate needs before it decides: `minSample`, or all that there can be. */
export const sampleOf = ({ gate }: Wave, progress: WaveProgress): number =>
  Math.min(gate.minSample, triableIn(progress));

/** Of how many upgraded clients the health must be known: `minSample`, or all that there are. */
export const healthSampleOf = ({ gate }: Wave, { ends }: WaveProgress): number =>
  Math.min(gate.minSample, ends.upgraded);
