import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Causes, Planned, PlannedWave } from '../../shared/domain/campaign/planned.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { counted } from '../domain/counted.ts';
import { unknownCause } from '../lookback/cause-words.ts';
import type { ActualWave, LookedBack } from '../lookback/look-back.ts';
import { leastMs } from './later-words.ts';

/** What time went to: as planned, as it came, and how much more that is. */
export interface CauseDifference {
  readonly cause: string;
  readonly plannedMs: number;
  readonly actualMs: number;
  readonly moreMs: number;
}

/** One wave, planned and as it came. Times are ISO 8601, UTC; null = not by then. */
export interface WaveAgainstPlan {
  readonly wave: string;
  readonly opens: { readonly planned: string | null; readonly actual: string | null };
  readonly ends: { readonly p50: string | null; readonly p90: string | null; readonly actual: string | null };
  /** How much later than P50 its last client was finished; less than 0 = earlier. */
  readonly laterMs: number | null;
  readonly causes: readonly CauseDifference[];
  /** What the causes do not explain of `laterMs`. */
  readonly restMs: number | null;
}

/** What was planned when a campaign started, against what came. */
export interface PlannedAgainstActual {
  readonly madeAt: string | null;
  /** Up to when what came was read from the audit; null = nothing is compared. */
  readonly comparedAt: string | null;
  /** Why there is no plan, or why it is not compared; null = both are known. */
  readonly because: string | null;
  readonly seed: string | null;
  readonly replicates: number;
  readonly assumptions: readonly string[];
  readonly ends: WaveAgainstPlan['ends'] | null;
  readonly laterMs: number | null;
  readonly causes: readonly CauseDifference[];
  readonly restMs: number | null;
  readonly waves: readonly WaveAgainstPlan[];
  /** What happened besides: edits, clients that joined or left, clients that were tried again. */
  readonly besides: readonly string[];
}

/** A campaign of which nothing was planned. */
export const withoutPlan = (because: string, madeAt: number | null = null): PlannedAgainstActual => ({
  madeAt: madeAt === null ? null : isoOf(madeAt),
  comparedAt: null,
  because,
  seed: null,
  replicates: 0,
  assumptions: [],
  ends: null,
  laterMs: null,
  causes: [],
  restMs: null,
  waves: [],
  besides: [],
});

type Made = Extract<Planned, { because: null }>;

/** @param actual how it came, or why that is not known */
export function plannedAgainstActual(
  { definition, state }: Campaign,
  planned: Made,
  actual: LookedBack | string,
): PlannedAgainstActual {
  const came = typeof actual === 'string' ? null : actual;
  const endedAt = came === null ? endOf(state) : came.endedAt;
  const laterMs = endedAt === null ? null : endedAt - planned.end.p50;
  const causes = came === null ? [] : differences(planned.causes, came.causes);
  return {
    madeAt: isoOf(planned.madeAt),
    comparedAt: timeOf(came?.until ?? null),
    because: typeof actual === 'string' ? actual : null,
    seed: planned.seed,
    replicates: planned.replicates,
    assumptions: planned.assumptions,
    ends: { p50: isoOf(planned.end.p50), p90: isoOf(planned.end.p90), actual: timeOf(endedAt) },
    laterMs,
    causes,
    restMs: restOf(laterMs, causes),
    waves: definition.waves.map(({ name }, wave) =>
      waveOf(name, planned.waves[wave], came?.waves[wave] ?? null),
    ),
    besides: came === null ? [] : besidesOf(came),
  };
}

const endOf = (state: Campaign['state']): number | null => ('endedAt' in state ? state.endedAt : null);

function waveOf(wave: string, planned: PlannedWave | undefined, came: ActualWave | null): WaveAgainstPlan {
  const { opens = null, ends = null } = planned ?? {};
  const laterMs = ends === null || came === null || came.endsAt === null ? null : came.endsAt - ends.p50;
  const opened = opens === null || came === null || came.opensAt === null ? 0 : came.opensAt - opens;
  const own = came === null ? [] : differences(planned?.causes ?? {}, came.causes);
  const late: readonly CauseDifference[] =
    Math.abs(opened) < leastMs
      ? []
      : [
          {
            cause: opened > 0 ? 'opened later' : 'opened earlier',
            plannedMs: 0,
            actualMs: opened,
            moreMs: opened,
          },
        ];
  const causes = [...late, ...own];
  return {
    wave,
    opens: { planned: timeOf(opens), actual: timeOf(came?.opensAt ?? null) },
    ends: {
      p50: timeOf(ends?.p50 ?? null),
      p90: timeOf(ends?.p90 ?? null),
      actual: timeOf(came?.endsAt ?? null),
    },
    laterMs,
    causes,
    restMs: restOf(laterMs, causes),
  };
}

/** The largest difference first. What is not in the audit is no cause: it stays in the rest. */
function differences(planned: Causes, actual: Causes): readonly CauseDifference[] {
  return [...new Set([...Object.keys(planned), ...Object.keys(actual)])]
    .map((cause): CauseDifference => {
      const [plannedMs, actualMs] = [planned[cause] ?? 0, actual[cause] ?? 0];
      return { cause, plannedMs, actualMs, moreMs: actualMs - plannedMs };
    })
    .filter(({ cause, moreMs }) => cause !== unknownCause && Math.abs(moreMs) >= leastMs)
    .sort((a, b) => Math.abs(b.moreMs) - Math.abs(a.moreMs) || (a.cause < b.cause ? -1 : 1));
}

const restOf = (laterMs: number | null, causes: readonly CauseDifference[]): number | null =>
  laterMs === null ? null : laterMs - causes.reduce((sum, { moreMs }) => sum + moreMs, 0);

const besidesOf = ({ edits, joined, left, retried }: LookedBack): readonly string[] => [
  ...(edits === 0 ? [] : [counted(edits, 'edit')]),
  ...(joined === 0 ? [] : [`${counted(joined, 'client')} joined`]),
  ...(left === 0 ? [] : [`${counted(left, 'client')} left`]),
  ...(retried === 0 ? [] : [`${counted(retried, 'client')} tried again`]),
];

const timeOf = (at: number | null): string | null => (at === null ? null : isoOf(at));
