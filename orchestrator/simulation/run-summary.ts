import { runScenario, type Scenario, startScenario } from './scenario.ts';
import { TimelineObserver } from './timeline.ts';

/** What is compared of a simulation: times since the start of the campaign, in milliseconds. */
export interface RunSummary {
  /** Null = it did not end by itself. */
  readonly endedAfterMs: number | null;
  /** When nine of ten clients were finished; null = never. */
  readonly mostAfterMs: number | null;
  /** By wave: when its last client was finished; null = never. */
  readonly wavesAfterMs: readonly (number | null)[];
}

/** Runs a scenario and keeps nothing but when it ended. */
export async function summaryOf(scenario: Scenario): Promise<RunSummary> {
  const started = startScenario(scenario);
  const { startAt } = started;
  const observer = new TimelineObserver(started.campaign, startAt);
  const { campaign } = await runScenario(scenario, started, observer);
  const waves = observer.timelines(campaign);
  const finished = waves.flatMap((wave) => wave.finished).sort((a, b) => a - b);
  const size = campaign.waveSizes.reduce((sum, each) => sum + each, 0);
  const most = finished[Math.ceil(size * 0.9) - 1];
  const { state } = campaign;
  const endedAt = state.status === 'ended' || state.status === 'aborted' ? state.endedAt : null;
  return {
    endedAfterMs: endedAt === null ? null : endedAt - startAt,
    mostAfterMs: most === undefined ? null : most - startAt,
    wavesAfterMs: waves.map(({ settlesAt }) => (settlesAt === null ? null : settlesAt - startAt)),
  };
}
