import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { courseLines } from './course.ts';
import type { History } from './history.ts';
import { recordedCourse } from './recorded-course.ts';
import { retrace } from './retrace.ts';
import { type Side, sideOf, WorkCounter } from './side.ts';
import type { Follower } from './steps.ts';

/** How one wave went. Times are ISO 8601, UTC; null = not by then. */
export interface ReplayedWave {
  readonly wave: string;
  readonly size: number;
  readonly opensAt: string | null;
  readonly endsAt: string | null;
  readonly upgraded: number;
  readonly alreadyCurrent: number;
  readonly notOk: number;
  readonly takenOut: number;
  readonly unfinished: number;
  readonly looks: number;
  readonly restarts: number;
  readonly relocations: number;
}

/** How a campaign went, or would have gone. */
export interface ReplayedSide {
  readonly startsAt: string | null;
  /** Null = it was not over by then; `because` says why where that is known. */
  readonly endsAt: string | null;
  readonly because: string | null;
  readonly waves: readonly ReplayedWave[];
}

/** What a replay says. */
export interface ReplayAnswer {
  readonly campaign: string;
  /** The history ends here: what came later is not known. */
  readonly until: string;
  /** The campaign as it was recorded. */
  readonly recorded: ReplayedSide;
  /** The decisions of the audit, made again. */
  readonly again: {
    /** Openings, admissions and endings are the same, byte for byte. */
    readonly isSame: boolean;
    readonly openings: number;
    readonly admissions: number;
    readonly endings: number;
    readonly decided: number;
    /** Steps whose decision rests on what the audit does not hold. */
    readonly taken: number;
    /** What the record says and the deciders do not, a sentence each. */
    readonly differences: readonly string[];
  };
  /** Left out = no other file was asked for. */
  readonly other?: OtherReplay;
}

/** What the policy of another file would have done. */
export interface OtherReplay {
  readonly file: string;
  /** The file says what the campaign has done: its waves are those that were recorded. */
  readonly isSamePolicy: boolean;
  /** The campaign's own file, simulated in the same way; null where the policy is the same. */
  readonly own: ReplayedSide | null;
  /** The other file; null where the policy is the same. */
  readonly side: ReplayedSide | null;
  /** What differs between the two simulations, a sentence each. */
  readonly differences: readonly string[];
  /** How far the simulation of the campaign's own file is from what was recorded. */
  readonly fit: readonly string[];
  readonly looks: { readonly asked: number; readonly nearby: number; readonly unknown: number };
  /** Clients of which something was asked that their history does not say. */
  readonly unknownClients: number;
  /** What is taken for granted, a sentence each. */
  readonly assumptions: readonly string[];
}

/** So many differences are printed: with one wrong step everything after it differs. */
const differencesAtMost = 50;

/** Makes every decision of a campaign again, and compares. */
export function replayAgain(
  history: History,
  follower: Follower = {},
): ReplayAnswer & { readonly side: Side } {
  const work = new WorkCounter();
  const made = retrace(history, {
    ...follower,
    client: (step) => {
      work.step(step.before, step.after);
      follower.client?.(step);
    },
  });
  const course = recordedCourse(history, made.course);
  const side = sideOf(history.campaign, course, work);
  const [one, other] = [courseLines(course), courseLines(made.course)];
  const differences = [...made.differences, ...lineDifferences(one, other)];
  const { openings, admissions, endings } = made.course;
  return {
    campaign: history.campaign.definition.campaign,
    until: isoOf(history.until),
    recorded: shownSide(side, whyNotOver(history)),
    again: {
      isSame: differences.length === 0,
      openings: openings.length,
      admissions: admissions.length,
      endings: endings.length,
      decided: made.decided,
      taken: made.taken,
      differences:
        differences.length <= differencesAtMost
          ? differences
          : [
              ...differences.slice(0, differencesAtMost),
              `and ${differences.length - differencesAtMost} more`,
            ],
    },
    side,
  };
}

function whyNotOver({ campaign: { state } }: History): string | null {
  if (state.status === 'paused') return `it is paused by ${state.by}: ${state.because}`;
  if (state.status === 'aborted') return `it was aborted by ${state.by}: ${state.because}`;
  return state.status === 'running' ? 'it runs' : null;
}

/** What stands on one side only, in the order of the sides. */
function lineDifferences(recorded: readonly string[], again: readonly string[]): readonly string[] {
  const [inRecord, inReplay] = [new Set(recorded), new Set(again)];
  return [
    ...recorded
      .filter((line) => !inReplay.has(line))
      .map((line) => `recorded, and not decided again: ${line}`),
    ...again.filter((line) => !inRecord.has(line)).map((line) => `decided, and not recorded: ${line}`),
  ];
}

/** A side with times in words. */
export const shownSide = ({ startsAt, endsAt, waves }: Side, because: string | null): ReplayedSide => ({
  startsAt: timeOf(startsAt),
  endsAt: timeOf(endsAt),
  because: endsAt === null ? because : null,
  waves: waves.map((wave) => ({ ...wave, opensAt: timeOf(wave.opensAt), endsAt: timeOf(wave.endsAt) })),
});

const timeOf = (at: number | null): string | null => (at === null ? null : isoOf(at));
