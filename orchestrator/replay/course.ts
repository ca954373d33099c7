import { isoOf } from '../../shared/domain/time/iso-time.ts';
import type { End } from '../../shared/domain/outcome/ending.ts';

/** A wave opened: the start opens the first one. */
export interface Opened {
  readonly at: number;
  readonly wave: number;
  readonly because: string;
}

export interface AdmittedClient {
  readonly at: number;
  readonly client: string;
  readonly wave: number;
}

/** A client was finished. One that a person opened again is finished more than once. */
export interface EndedClient {
  readonly at: number;
  readonly client: string;
  readonly wave: number;
  readonly end: End;
  readonly cause: string;
}

/** How a campaign went: everything that the words "the same waves" mean. */
export interface Course {
  readonly openings: readonly Opened[];
  readonly admissions: readonly AdmittedClient[];
  readonly endings: readonly EndedClient[];
  /** When it was over; null = it was not by then. */
  readonly endedAt: number | null;
}

/** The course as lines, wave by wave: two courses are the same when these are, byte for byte. */
export function courseLines({ openings, admissions, endings, endedAt }: Course): readonly string[] {
  const count = Math.max(
    0,
    ...openings.map(({ wave }) => wave + 1),
    ...admissions.map(({ wave }) => wave + 1),
  );
  const waves = Array.from({ length: count }, (_, wave) => [
    ...openings
      .filter((each) => each.wave === wave)
      .map(({ at, because }) => `wave ${wave + 1} opens ${isoOf(at)}: ${because}`),
    ...admissions
      .filter((each) => each.wave === wave)
      .map(({ at, client }) => `wave ${wave + 1} admits ${client} ${isoOf(at)}`),
    ...endings
      .filter((each) => each.wave === wave)
      .map(({ at, client, end, cause }) => `wave ${wave + 1} ends ${client} ${isoOf(at)}: ${end} (${cause})`),
  ]);
  return [...waves.flat(), endedAt === null ? 'not over' : `over ${isoOf(endedAt)}`];
}
