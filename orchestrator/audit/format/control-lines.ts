import { type CommandRequest, requestKey } from '../../../shared/domain/campaign/command-request.ts';
import type { HookRun } from '../../../shared/domain/campaign/hooks.ts';
import type { Schedule } from '../../../shared/domain/campaign/schedule.ts';
import type { FitStep } from '../../../shared/domain/rules/fit.ts';
import type { ServerLimit } from '../../../shared/domain/campaign/server-limits.ts';

/** Attachments of a block about what controls campaigns, as it is when the block is sealed. */

export interface ScheduleLine {
  readonly schedule: string;
  /** Null = the schedule was deleted. */
  readonly whole: Schedule | null;
}

export const scheduleLine = (schedule: string, whole: Schedule | null): string =>
  JSON.stringify({ schedule, whole } satisfies ScheduleLine);

/** A command that waits for another person, or that was closed. */
export interface RequestLine {
  /** `requestKey` */
  readonly request: string;
  readonly whole: CommandRequest;
}

export const requestLine = (whole: CommandRequest): string =>
  JSON.stringify({ request: requestKey(whole), whole } satisfies RequestLine);

/** The limits of logon servers over all campaigns. */
export interface LimitsLine {
  readonly limits: readonly ServerLimit[];
}

export const limitsLine = (limits: readonly ServerLimit[]): string =>
  JSON.stringify({ limits } satisfies LimitsLine);

/** How a hook of a campaign stands. */
export interface HookLine {
  /** The campaign. */
  readonly hook: string;
  /** Which campaign of this name; left out = the first. */
  readonly life?: number;
  readonly whole: HookRun;
}

export const hookLine = (campaign: string, life: number, whole: HookRun): string =>
  JSON.stringify({ hook: campaign, ...(life === 0 ? {} : { life }), whole } satisfies HookLine);

/** Remediations that began lately, in a campaign that limits them. */
export interface RemediationsLine {
  /** The campaign. */
  readonly remediations: string;
  /** Which campaign of this name; left out = the first. */
  readonly life?: number;
  /** By name: when it has begun, policy time. */
  readonly begun: Readonly<Record<string, number>>;
}

export const remediationsLine = (
  campaign: string,
  life: number,
  begun: ReadonlyMap<string, number>,
): string =>
  JSON.stringify({
    remediations: campaign,
    ...(life === 0 ? {} : { life }),
    begun: Object.fromEntries(begun),
  } satisfies RemediationsLine);

/** How long steps took on a product, in milliseconds, the newest first. */
export interface StepTimesLine {
  /** The product. */
  readonly stepTimes: string;
  readonly took: Readonly<Partial<Record<FitStep, readonly number[]>>>;
}

export const stepTimesLine = (product: string, took: StepTimesLine['took']): string =>
  JSON.stringify({ stepTimes: product, took } satisfies StepTimesLine);
