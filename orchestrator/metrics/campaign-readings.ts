import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { KeptForecasts } from '../../shared/domain/campaign/forecast.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import { addStates, buckets, noStates, type States, statesBy } from '../../shared/domain/outcome/states.ts';
import type { SlotsInUse } from '../../shared/store/types.ts';
import { type WaveProgress, waveProgress } from '../domain/wave-progress.ts';
import { type Reading, reading } from './figures.ts';

/** What the records hold of a campaign that has not ended. */
export interface ReadCampaign {
  readonly campaign: Campaign;
  /** Summed over the logon servers (`sumServers`). */
  readonly counters: Counters;
  readonly downloading: ReadonlyMap<string, number>;
  readonly slots: SlotsInUse;
  /** Null = no forecast was made. */
  readonly kept: KeptForecasts | null;
}

/** Series of `campaign_clients` in all: beyond, campaigns with many waves have one wave, `all`. */
const clientSeriesAtMost = 2_000;
/** Waves whose gates have series, of all campaigns together. */
const gateSeriesAtMost = 200;

/** The readings of these campaigns; each wave has its series as long as there is room. */
export function campaignReadings(
  campaigns: readonly ReadCampaign[],
  isHalted: boolean,
  now: number,
): readonly Reading[] {
  let clientsLeft = clientSeriesAtMost - campaigns.length * buckets.length;
  let gatesLeft = gateSeriesAtMost;
  return campaigns.flatMap((read) => {
    const waves = read.campaign.definition.waves.length;
    const needed = (waves - 1) * buckets.length;
    const isApart = needed <= clientsLeft;
    if (isApart) clientsLeft -= needed;
    const hasGates = waves <= gatesLeft;
    if (hasGates) gatesLeft -= waves;
    return [
      ...headReadings(read, isHalted, now),
      ...clientReadings(read, isApart),
      ...(hasGates ? gateReadings(read) : []),
    ];
  });
}

function headReadings(
  { campaign, counters, slots, kept }: ReadCampaign,
  isHalted: boolean,
  now: number,
): readonly Reading[] {
  const { definition, state, waveSizes } = campaign;
  const name = { campaign: definition.campaign };
  const progress = waveProgress(waveSizes, counters);
  const sum = (pick: (wave: WaveProgress) => number): number =>
    progress.reduce((total, wave) => total + pick(wave), 0);
  const size = sum((wave) => wave.size);
  const settled =
    sum((wave) => wave.settled) + (state.status === 'aborted' ? sum((wave) => wave.waiting) : 0);
  const closedUntil = kept?.newest?.binds?.closed?.until ?? 0;
  const isRunning = state.status === 'running';
  const newest = isRunning ? kept?.newest : null;
  const { end } = definition.policy;
  return [
    reading('campaign_info', 1, {
      ...name,
      release: definition.release,
      status: state.status,
      ticket: definition.ticket ?? '',
    }),
    reading('campaign_settled_ratio', size === 0 ? 1 : settled / size, name),
    reading('campaign_begins', isRunning && !isHalted && closedUntil <= now ? 1 : 0, name),
    reading('campaign_paused_by_gate', state.status === 'paused' && state.byGate ? 1 : 0, name),
    ...(newest?.end === undefined || newest.end === null
      ? []
      : (
          [
            ['0.5', newest.end.p50],
            ['0.9', newest.end.p90],
          ] as const
        ).map(([quantile, at]) =>
          reading('campaign_forecast_end_timestamp_seconds', at / 1_000, { ...name, quantile }),
        )),
    ...(end === undefined ? [] : [reading('campaign_end_timestamp_seconds', end.at / 1_000, name)]),
    reading('slots_used', slots.active, { ...name, budget: 'active' }),
    reading('slots_limit', definition.budgets.active, { ...name, budget: 'active' }),
  ];
}

function clientReadings({ campaign, counters }: ReadCampaign, isApart: boolean): readonly Reading[] {
  const { definition } = campaign;
  const found = statesBy(counters, 'wave');
  const all = [...found.values()].reduce<States>(addStates, noStates);
  const waves = isApart
    ? definition.waves.map(({ name }, index) => [name, found.get(String(index)) ?? noStates] as const)
    : ([['all', all]] as const);
  return waves.flatMap(([wave, states]) =>
    buckets.map((state) =>
      reading('campaign_clients', states[state], { campaign: definition.campaign, wave, state }),
    ),
  );
}

/** Of the waves that have begun. */
function gateReadings({ campaign, counters }: ReadCampaign): readonly Reading[] {
  const { definition, state, waveSizes } = campaign;
  if (!('openWaves' in state)) return [];
  return waveProgress(waveSizes, counters)
    .slice(0, state.openWaves)
    .flatMap((progress, index) => {
      const { name = '', gate } = definition.waves[index] ?? {};
      const labels = { campaign: definition.campaign, wave: name };
      const { failures, health, tried, settled, size } = progress;
      const isLast = index === definition.waves.length - 1;
      const isOpen = isLast ? settled === size : index + 1 < state.openWaves;
      return [
        reading('campaign_gate_open', isOpen ? 1 : 0, labels),
        reading('campaign_not_ok_ratio', tried === 0 ? 0 : (failures + health.unhealthy) / tried, labels),
        ...(gate === undefined
          ? []
          : [reading('campaign_not_ok_limit_ratio', gate.notOkPercent / 100, labels)]),
      ];
    });
}
