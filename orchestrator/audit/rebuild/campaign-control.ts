import type { Schedule } from '../../../shared/domain/campaign/schedule.ts';
import type { ServerLimit } from '../../../shared/domain/campaign/server-limits.ts';
import type { LimitsLine, ScheduleLine } from '../format/control-lines.ts';
import type { LineKind } from '../format/file-lines.ts';
import { type Dated, keepNewest } from './dated.ts';

/** What the files say of the control of campaigns, besides the records of the campaigns. */
export interface Control {
  /** Schedules that were not deleted, by name. */
  readonly schedules: ReadonlyMap<string, Schedule>;
  /** Of logon servers, over all campaigns. */
  readonly limits: readonly ServerLimit[];
}

/** Takes the lines of the files one by one; lines of another kind are passed over. */
export function openControl() {
  const schedules = new Map<string, Dated<Schedule | null>>();
  const limits = new Map<string, Dated<readonly ServerLimit[]>>();
  return {
    take: (kind: LineKind, line: Buffer, until: string): void => {
      const read = <T>(): T => JSON.parse(line.toString('utf8')) as T;
      if (kind === 'schedule') {
        const { schedule, whole } = read<ScheduleLine>();
        keepNewest(schedules, schedule, whole, until);
      }
      if (kind === 'limits') keepNewest(limits, allCampaigns, read<LimitsLine>().limits, until);
    },
    end: (): Control => ({ schedules: present(schedules), limits: limits.get(allCampaigns)?.value ?? [] }),
  };
}

/** The limits hold over all campaigns: the newest line has all of them. */
const allCampaigns = '';

const present = <T>(all: ReadonlyMap<string, Dated<T | null>>): ReadonlyMap<string, T> =>
  new Map([...all].flatMap(([name, { value }]) => (value === null ? [] : [[name, value] as const])));
