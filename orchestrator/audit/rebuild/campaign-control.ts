import type { Campaign } from '../../../shared/domain/campaign/campaign.ts';
import { type CommandRequest, isClosed } from '../../../shared/domain/campaign/command-request.ts';
import type { HookRun } from '../../../shared/domain/campaign/hooks.ts';
import type { Schedule } from '../../../shared/domain/campaign/schedule.ts';
import type { ServerLimit } from '../../../shared/domain/campaign/server-limits.ts';
import type { BegunRemediation } from '../../../shared/domain/rules/remediation-limits.ts';
import type { WaitingClient } from '../../../shared/store/types.ts';
import type {
  HookLine,
  LimitsLine,
  RemediationsLine,
  RequestLine,
  ScheduleLine,
  StepTimesLine,
} from '../format/control-lines.ts';
import type { LineKind } from '../format/file-lines.ts';
import { type Dated, keepNewest, plain } from './dated.ts';
import { lifeId } from './picks.ts';

/** What the files say of the control of campaigns, besides the records of the campaigns. */
export interface Control {
  /** Schedules that were not deleted, by name. */
  readonly schedules: ReadonlyMap<string, Schedule>;
  /** Commands that wait for a second person, or are to be carried out. */
  readonly requests: readonly CommandRequest[];
  /** The highest number of a request, closed ones included; 0 = there never was one. */
  readonly requestNumber: number;
  /** Of logon servers, over all campaigns. */
  readonly limits: readonly ServerLimit[];
  /** By product. */
  readonly stepTimes: ReadonlyMap<string, StepTimesLine['took']>;
  /** What `hooksIn` reads: by campaign and life. */
  readonly hooks: Newest<HookRun>;
  /** What `remediationsIn` reads: by campaign and life, when each has begun. */
  readonly remediations: Newest<number>;
}

/** By campaign and life, then by name. */
type Newest<T> = ReadonlyMap<string, ReadonlyMap<string, Dated<T>>>;

/** Takes the lines of the files one by one; lines of another kind are passed over. */
export function openControl() {
  const schedules = new Map<string, Dated<Schedule | null>>();
  const requests = new Map<string, Dated<CommandRequest>>();
  const stepTimes = new Map<string, Dated<StepTimesLine['took']>>();
  const hooks = new Map<string, Map<string, Dated<HookRun>>>();
  const remediations = new Map<string, Map<string, Dated<number>>>();
  const limits = new Map<string, Dated<readonly ServerLimit[]>>();
  return {
    take: (kind: LineKind, line: Buffer, until: string): void => {
      const read = <T>(): T => JSON.parse(line.toString('utf8')) as T;
      if (kind === 'schedule') {
        const { schedule, whole } = read<ScheduleLine>();
        keepNewest(schedules, schedule, whole, until);
      }
      if (kind === 'request') {
        const { request, whole } = read<RequestLine>();
        keepNewest(requests, request, whole, until);
      }
      if (kind === 'hook') {
        const { hook: campaign, life = 0, whole } = read<HookLine>();
        keepNewest(ofCampaign(hooks, lifeId(campaign, life)), whole.hook, whole, until);
      }
      if (kind === 'remediations') {
        const { remediations: campaign, life = 0, begun } = read<RemediationsLine>();
        const own = ofCampaign(remediations, lifeId(campaign, life));
        for (const [name, at] of Object.entries(begun)) keepNewest(own, name, at, until);
      }
      if (kind === 'stepTimes') {
        const { stepTimes: product, took } = read<StepTimesLine>();
        keepNewest(stepTimes, product, took, until);
      }
      if (kind === 'limits') keepNewest(limits, allCampaigns, read<LimitsLine>().limits, until);
    },
    end: (): Control => ({
      requestNumber: Math.max(0, ...[...plain(requests).values()].map(({ number }) => number)),
      hooks,
      remediations,
      stepTimes: plain(stepTimes),
      schedules: present(schedules),
      requests: [...plain(requests).values()].filter((request) => !isClosed(request)),
      limits: limits.get(allCampaigns)?.value ?? [],
    }),
  };
}

function ofCampaign<T>(all: Map<string, Map<string, T>>, id: string): Map<string, T> {
  const own = all.get(id) ?? new Map<string, T>();
  all.set(id, own);
  return own;
}

/** The hooks of a campaign that were begun. */
export const hooksIn = (
  { hooks }: Control,
  { definition, life = 0 }: Pick<Campaign, 'definition' | 'life'>,
): readonly HookRun[] =>
  [...(hooks.get(lifeId(definition.campaign, life))?.values() ?? [])].map(({ value }) => value);

/** The remediations of a campaign that count against its limits, in the waves of their clients. */
export const remediationsIn = (
  { remediations }: Control,
  { definition, life = 0 }: Pick<Campaign, 'definition' | 'life'>,
  picks: ReadonlyMap<string, WaitingClient>,
): readonly BegunRemediation[] =>
  [...(remediations.get(lifeId(definition.campaign, life)) ?? [])].map(([name, { value: at }]) => ({
    name,
    at,
    wave: picks.get(name.slice(0, name.indexOf('|')))?.wave ?? 0,
  }));

/** The limits hold over all campaigns: the newest line has all of them. */
const allCampaigns = '';

const present = <T>(all: ReadonlyMap<string, Dated<T | null>>): ReadonlyMap<string, T> =>
  new Map([...all].flatMap(([name, { value }]) => (value === null ? [] : [[name, value] as const])));
