import type { Campaign } from '../../../shared/domain/campaign/campaign.ts';
import type { HookRun } from '../../../shared/domain/campaign/hooks.ts';
import type { Schedule } from '../../../shared/domain/campaign/schedule.ts';
import type { ServerLimit } from '../../../shared/domain/campaign/server-limits.ts';
import type { HookLine, LimitsLine, ScheduleLine } from '../format/control-lines.ts';
import type { LineKind } from '../format/file-lines.ts';
import { type Dated, keepNewest } from './dated.ts';
import { lifeId } from './picks.ts';

/** What the files say of the control of campaigns, besides the records of the campaigns. */
export interface Control {
  /** Schedules that were not deleted, by name. */
  readonly schedules: ReadonlyMap<string, Schedule>;
  /** Of logon servers, over all campaigns. */
  readonly limits: readonly ServerLimit[];
  /** What `hooksIn` reads: by campaign and life. */
  readonly hooks: ReadonlyMap<string, ReadonlyMap<string, Dated<HookRun>>>;
}

/** Takes the lines of the files one by one; lines of another kind are passed over. */
export function openControl() {
  const schedules = new Map<string, Dated<Schedule | null>>();
  const hooks = new Map<string, Map<string, Dated<HookRun>>>();
  const limits = new Map<string, Dated<readonly ServerLimit[]>>();
  return {
    take: (kind: LineKind, line: Buffer, until: string): void => {
      const read = <T>(): T => JSON.parse(line.toString('utf8')) as T;
      if (kind === 'schedule') {
        const { schedule, whole } = read<ScheduleLine>();
        keepNewest(schedules, schedule, whole, until);
      }
      if (kind === 'hook') {
        const { hook: campaign, life = 0, whole } = read<HookLine>();
        const id = lifeId(campaign, life);
        const own = hooks.get(id) ?? new Map<string, Dated<HookRun>>();
        hooks.set(id, own);
        keepNewest(own, whole.hook, whole, until);
      }
      if (kind === 'limits') keepNewest(limits, allCampaigns, read<LimitsLine>().limits, until);
    },
    end: (): Control => ({
      hooks,
      schedules: present(schedules),
      limits: limits.get(allCampaigns)?.value ?? [],
    }),
  };
}

/** The hooks of a campaign that were begun. */
export const hooksIn = (
  { hooks }: Control,
  { definition, life = 0 }: Pick<Campaign, 'definition' | 'life'>,
): readonly HookRun[] =>
  [...(hooks.get(lifeId(definition.campaign, life))?.values() ?? [])].map(({ value }) => value);

/** The limits hold over all campaigns: the newest line has all of them. */
const allCampaigns = '';

const present = <T>(all: ReadonlyMap<string, Dated<T | null>>): ReadonlyMap<string, T> =>
  new Map([...all].flatMap(([name, { value }]) => (value === null ? [] : [[name, value] as const])));
