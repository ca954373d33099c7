import type { Schedule } from '../../../shared/domain/campaign/schedule.ts';
import type { ScheduleLine } from '../format/control-lines.ts';
import type { LineKind } from '../format/file-lines.ts';
import { type Dated, keepNewest } from './dated.ts';

/** What the files say of the control of campaigns, besides the records of the campaigns. */
export interface Control {
  /** Schedules that were not deleted, by name. */
  readonly schedules: ReadonlyMap<string, Schedule>;
}

/** Takes the lines of the files one by one; lines of another kind are passed over. */
export function openControl() {
  const schedules = new Map<string, Dated<Schedule | null>>();
  return {
    take: (kind: LineKind, line: Buffer, until: string): void => {
      const read = <T>(): T => JSON.parse(line.toString('utf8')) as T;
      if (kind === 'schedule') {
        const { schedule, whole } = read<ScheduleLine>();
        keepNewest(schedules, schedule, whole, until);
      }
    },
    end: (): Control => ({ schedules: present(schedules) }),
  };
}

const present = <T>(all: ReadonlyMap<string, Dated<T | null>>): ReadonlyMap<string, T> =>
  new Map([...all].flatMap(([name, { value }]) => (value === null ? [] : [[name, value] as const])));
