import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { type CampaignReport, campaignReport, type Reported } from '../views/report.ts';
import { runScenario, type Scenario, startScenario } from './scenario.ts';
import type { Simulated } from './simulation.ts';
import { TimelineObserver, type WaveTimeline } from './timeline.ts';

/** Everything that is said of the simulation of the campaign itself: plain values. */
export interface WholeRun {
  readonly campaign: Campaign;
  /** When the campaign ran: policy time. */
  readonly startAt: number;
  /** When the last thing happened: policy time. */
  readonly at: number;
  /** The campaign was not over at the end of the simulated time. */
  readonly isCut: boolean;
  readonly waves: readonly WaveTimeline[];
  readonly report: CampaignReport;
}

/** Runs a scenario, and keeps its timeline and its report. */
export async function wholeRunOf(scenario: Scenario): Promise<WholeRun> {
  const started = startScenario(scenario);
  const { startAt } = started;
  const observer = new TimelineObserver(started.campaign, startAt);
  const simulated = await runScenario(scenario, started, observer);
  const { campaign, at, isCut } = simulated;
  const waves = observer.timelines(campaign);
  return { campaign, startAt, at, isCut, waves, report: reportOf(simulated) };
}

function reportOf({ campaign, books, at }: Simulated): CampaignReport {
  const admitted = [...books.rows.values()].map(({ upgrade }): Reported => ({ kind: 'admitted', upgrade }));
  const waiting = [...books.waiting.all()].map(({ client, wave }): Reported => ({
    kind: 'waiting',
    client: client.client,
    wave,
    logonServer: client.logonServer,
  }));
  const report = campaignReport(campaign, books.allCounters(), [...admitted, ...waiting], at);
  // Nobody can act on a campaign that does not exist.
  return { ...report, actions: [] };
}
