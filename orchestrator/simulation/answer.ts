import type { End } from '../../shared/domain/outcome/ending.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import type { CampaignReport } from '../views/report.ts';
import { spanInWords } from '../views/duration-text.ts';
import { type Gain, gainsOf } from './gains.ts';
import { type Percentiles, percentilesOf } from './percentiles.ts';
import type { ReplicatePlan } from './replicates.ts';
import type { RunSummary } from './run-summary.ts';
import type { Scenario } from './scenario.ts';
import type { WaveTimeline } from './timeline.ts';
import type { WholeRun } from './whole-run.ts';

export interface SimulatedWave extends Percentiles {
  readonly wave: string;
  readonly size: number;
  readonly opensAt: string | null;
  /** When its last client is finished. */
  readonly settlesAt: string | null;
  readonly ends: Readonly<Record<End, number>>;
  readonly unfinished: number;
  /** Clients that are finished in each of the equal parts of the whole time. */
  readonly finished: readonly number[];
}

export interface SimulatedGain {
  readonly limit: string;
  readonly endMs: number | null;
  readonly mostMs: number | null;
  readonly says: string;
}

/** What a simulation says. Times are ISO 8601, UTC. */
export interface SimulationAnswer {
  readonly campaign: string;
  readonly clients: number;
  /** The clients are invented: those of a model fleet. */
  readonly isModel: boolean;
  readonly seed: string;
  readonly startsAt: string;
  /** Null = it does not end by itself; then `because` says why. */
  readonly endsAt: string | null;
  readonly because: string | null;
  readonly tookMs: number | null;
  readonly end: Percentiles & {
    readonly replicates: number;
    readonly fleet: string;
    /** The replicates have all clients; else they say only how far apart the ends are. */
    readonly isWhole: boolean;
    readonly noP90: string | null;
  };
  readonly waves: readonly SimulatedWave[];
  /** What would make it faster, the largest gain first. */
  readonly faster: readonly SimulatedGain[];
  /** Limits that were left out, each for itself. */
  readonly tried: readonly string[];
  readonly assumptions: readonly string[];
  readonly report: CampaignReport;
}

/** A timeline has so many parts: it is drawn for 80 columns. */
export const timelineParts = 50;

interface Facts {
  readonly scenario: Scenario;
  readonly whole: WholeRun;
  readonly plan: ReplicatePlan;
  readonly replicates: readonly RunSummary[];
  readonly variants: readonly { readonly limit: string; readonly runs: readonly RunSummary[] }[];
  readonly assumptions: readonly string[];
  readonly isModel: boolean;
}

export function answerOf(facts: Facts): SimulationAnswer {
  const { scenario, plan, replicates } = facts;
  const { campaign, startAt, at: lastAt, waves, report } = facts.whole;
  const { state } = campaign;
  const endedAt = 'endedAt' in state ? state.endedAt : null;
  const until = Math.max(endedAt ?? lastAt, startAt + 1);
  const gains = endedAt === null ? [] : gainsOf(replicates, facts.variants);
  return {
    campaign: campaign.definition.campaign,
    clients: scenario.clients.length,
    isModel: facts.isModel,
    seed: scenario.seed,
    startsAt: isoOf(startAt),
    endsAt: endedAt === null ? null : isoOf(endedAt),
    because: endedAt === null ? whyNoEnd(facts) : null,
    tookMs: endedAt === null ? null : endedAt - startAt,
    end: {
      ...percentilesOf(
        replicates.map(({ endedAfterMs }) => endedAfterMs),
        endedAt,
        startAt,
        plan,
      ),
      replicates: replicates.length,
      fleet: plan.fleet,
      isWhole: plan.isWhole,
      noP90: plan.noP90,
    },
    waves: waves.map((wave, at) => ({
      ...waveOf(wave, startAt, until),
      ...percentilesOf(
        replicates.map(({ wavesAfterMs }) => wavesAfterMs[at] ?? null),
        wave.settlesAt,
        startAt,
        plan,
      ),
    })),
    faster: gains.map((gain) => ({ ...gain, says: gainWords(gain) })),
    tried: plan.variants.map(({ limit }) => limit),
    assumptions: facts.assumptions,
    report,
  };
}

/** Why a simulated campaign has no end, in words. */
function whyNoEnd({ whole: { campaign, isCut, at }, scenario }: Facts): string {
  const { state } = campaign;
  if (state.status === 'paused')
    return `it is paused at ${isoOf(state.pausedAt)} by ${state.by}: ${state.because}; the simulation has nobody who resumes it`;
  return isCut
    ? `it is not over after ${spanInWords(scenario.horizonMs)}; the simulation ends there`
    : `nothing happens any more after ${isoOf(at)}`;
}

function waveOf(wave: WaveTimeline, startAt: number, until: number): Omit<SimulatedWave, 'p50' | 'p90'> {
  return {
    wave: wave.wave,
    size: wave.size,
    opensAt: wave.opensAt === null ? null : isoOf(wave.opensAt),
    settlesAt: wave.settlesAt === null ? null : isoOf(wave.settlesAt),
    ends: wave.ends,
    unfinished: wave.unfinished,
    finished: finishedInParts(wave.finished, startAt, until),
  };
}

/** How many of these times are in each of the equal parts from `startAt` until `until`. */
export function finishedInParts(times: readonly number[], startAt: number, until: number): readonly number[] {
  const finished = Array.from({ length: timelineParts }, () => 0);
  for (const at of times) {
    const part = Math.min(
      timelineParts - 1,
      Math.floor(((at - startAt) / (until - startAt)) * timelineParts),
    );
    finished[part] = (finished[part] ?? 0) + 1;
  }
  return finished;
}

/** `concurrent upgrades per logon server (10): 2 days 3 h earlier without it` */
function gainWords({ limit, endMs, mostMs }: Gain): string {
  const most = mostMs === null ? '' : `nine of ten clients are finished ${spanInWords(mostMs)} earlier`;
  if (endMs === null) return `${limit}: without it ${most}; the end stays`;
  return `${limit}: ${spanInWords(endMs)} earlier without it${most === '' ? '' : `; ${most}`}`;
}
