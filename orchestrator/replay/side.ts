import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { isFailure, isUpToDate } from '../../shared/domain/outcome/ending.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import type { Course } from './course.ts';

/** What was done on the clients of one wave. */
export interface Work {
  looks: number;
  restarts: number;
  relocations: number;
}

/** How one wave went. Policy time; null = not by then. */
export interface WaveSide extends Readonly<Work> {
  readonly wave: string;
  readonly size: number;
  readonly opensAt: number | null;
  /** When its last client was finished. */
  readonly endsAt: number | null;
  readonly upgraded: number;
  readonly alreadyCurrent: number;
  /** Clients that failed or need attention. */
  readonly notOk: number;
  /** Clients that were cancelled, skipped or excluded. */
  readonly takenOut: number;
  readonly unfinished: number;
}

/** How a campaign went. */
export interface Side {
  readonly startsAt: number | null;
  readonly endsAt: number | null;
  readonly waves: readonly WaveSide[];
}

/** Counts what is done on clients, wave by wave. */
export class WorkCounter {
  readonly #waves = new Map<number, Work>();

  step(before: Upgrade | null, { wave, state, memory }: Upgrade): void {
    if (before === null) return;
    const work = this.of(wave);
    if (before.state.phase === 'looking' && state.phase !== 'looking') work.looks += 1;
    if (state.phase === 'ordering') work.restarts += 1;
    const wasMoved = before.memory.learned.relocation === 'done';
    if (memory.learned.relocation === 'done' && !wasMoved) work.relocations += 1;
  }

  of(wave: number): Work {
    const known = this.#waves.get(wave) ?? { looks: 0, restarts: 0, relocations: 0 };
    this.#waves.set(wave, known);
    return known;
  }
}

/** A course wave by wave. Of a client that was finished more than once the last end counts. */
export function sideOf(
  { definition, waveSizes }: Pick<Campaign, 'definition' | 'waveSizes'>,
  { openings, endings, endedAt }: Course,
  work: WorkCounter,
): Side {
  const last = new Map(endings.map((each) => [each.client, each]));
  return {
    startsAt: openings[0]?.at ?? null,
    endsAt: endedAt,
    waves: definition.waves.map(({ name }, wave) => {
      const own = [...last.values()].filter((each) => each.wave === wave);
      const size = waveSizes[wave] ?? 0;
      const unfinished = Math.max(0, size - own.length);
      return {
        wave: name,
        size,
        opensAt: openings.find((each) => each.wave === wave)?.at ?? null,
        endsAt: unfinished > 0 || own.length === 0 ? null : Math.max(...own.map(({ at }) => at)),
        upgraded: own.filter(({ end }) => end === 'upgraded').length,
        alreadyCurrent: own.filter(({ end }) => end === 'alreadyCurrent').length,
        notOk: own.filter(({ end }) => isFailure(end)).length,
        takenOut: own.filter(({ end }) => !isFailure(end) && !isUpToDate(end)).length,
        unfinished,
        ...work.of(wave),
      };
    }),
  };
}
