import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { type End, ends } from '../../shared/domain/outcome/ending.ts';
import type { CampaignStep, Observer, UpgradeStep } from './observer.ts';

/** How one wave went, in policy time. */
export interface WaveTimeline {
  readonly wave: string;
  readonly size: number;
  /** Null = it never opened. */
  readonly opensAt: number | null;
  /** When its first client was admitted, and when its last client was finished. */
  readonly beginsAt: number | null;
  readonly settlesAt: number | null;
  readonly ends: Readonly<Record<End, number>>;
  /** Clients that were not finished when the simulation ended. */
  readonly unfinished: number;
  /** When each of its clients was finished, in order. */
  readonly finished: readonly number[];
}

interface Wave {
  opensAt: number | null;
  beginsAt: number | null;
  readonly ends: Record<End, number>;
  readonly finished: number[];
}

/** Notes when waves open and clients are finished. */
export class TimelineObserver implements Observer {
  readonly #waves: Wave[];
  readonly #steps: CampaignStep[] = [];

  constructor({ waveSizes, state }: Campaign, at: number) {
    const open = 'openWaves' in state ? state.openWaves : 0;
    this.#waves = waveSizes.map((_, wave) => ({
      opensAt: wave < open ? at : null,
      beginsAt: null,
      ends: Object.fromEntries(ends.map((end) => [end, 0])) as Record<End, number>,
      finished: [],
    }));
  }

  /** What the campaign decided, in order. */
  get steps(): readonly CampaignStep[] {
    return this.#steps;
  }

  campaign(step: CampaignStep): void {
    this.#steps.push(step);
    const { state } = step.campaign;
    const open = 'openWaves' in state ? state.openWaves : 0;
    for (const wave of this.#waves.slice(0, open)) wave.opensAt ??= step.at;
  }

  upgrade({ before, after, at }: UpgradeStep): void {
    const wave = this.#waves[after.wave];
    if (wave === undefined) return;
    if (before === null) wave.beginsAt ??= at;
    if (after.state.phase !== 'settled' || before?.state.phase === 'settled') return;
    wave.ends[after.state.end] += 1;
    wave.finished.push(at);
  }

  timelines({ definition, waveSizes }: Campaign): readonly WaveTimeline[] {
    return this.#waves.map(({ opensAt, beginsAt, ends: found, finished }, at) => {
      const size = waveSizes[at] ?? 0;
      const unfinished = size - finished.length;
      return {
        wave: definition.waves[at]?.name ?? '',
        size,
        opensAt,
        beginsAt,
        settlesAt: unfinished > 0 ? null : (finished.at(-1) ?? opensAt),
        ends: found,
        unfinished,
        finished,
      };
    });
  }
}
