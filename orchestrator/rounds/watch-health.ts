import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { changeCampaign } from '../campaigns/transitions.ts';
import type { LeaderContext } from '../context.ts';
import { asksForHealth, healthStep } from '../domain/health-looks.ts';
import { waveProgress } from '../domain/wave-progress.ts';
import { endSurvey } from '../surveys/end.ts';
import { keepHealth, startHealthSurvey } from '../surveys/health-survey.ts';
import { eachCampaign } from './each-campaign.ts';
import { everything, isNews } from './news.ts';
import type { Round } from './repeat.ts';

/** Real time. The answer to a look is no news. */
const answersEveryMs = 5_000;

/** Looks again at upgraded clients where a gate asks for it. */
export interface HealthWatch extends Round {
  /** A running campaign, as the leader has just read it: followed as long as its gate asks. */
  note(campaign: Campaign): void;
}

/**
 * The round reads only campaigns whose newest gate asks for health, so it costs the others nothing.
 * Every step may be cut off and is taken again: a survey that no campaign names is ended.
 */
export function watchHealth(): HealthWatch {
  const followed = new Set<string>();
  let lastRun = -Infinity;
  const round: HealthWatch = {
    name: 'health',
    note: (campaign) => {
      if (asksForHealth(campaign)) followed.add(campaign.definition.campaign);
    },
    run: async (context, news = everything) => {
      if (followed.size === 0) return;
      const passed = performance.now() - lastRun;
      if (!isNews(news) && passed < answersEveryMs) return;
      lastRun = performance.now();
      const records = await Promise.all([...followed].map((name) => context.store.readCampaign(name)));
      const asking = records.filter((record) => record !== null && asksForHealth(record.campaign));
      followed.clear();
      for (const record of asking) if (record !== null) round.note(record.campaign);
      await eachCampaign(
        context,
        { round: round.name, records: asking.filter((record) => record !== null), asked: null },
        (own, { campaign }) => watchOne(own, campaign),
      );
    },
    rest: () => followed.clear(),
  };
  return round;
}

async function watchOne(context: LeaderContext, campaign: Campaign): Promise<void> {
  const { store, clock } = context;
  const name = campaign.definition.campaign;
  const step = healthStep(campaign, await store.counters(name), clock.now());
  if (step === null) return;
  if (step.kind === 'begin') return begin(context, campaign, step.wave);
  const { wave, survey, begunAt } = step;
  const progress = await store.readSurvey(survey);
  if (progress !== null && progress.end === null) return;
  await keepHealth(context, { campaign: name, wave, survey, begunAt });
  const found = waveProgress(campaign.waveSizes, await store.counters(name))[wave]?.health ?? none;
  await changeCampaign(context, 'orchestrator', name, async () => ({
    event: { type: 'HealthFound', survey, found },
  }));
}

const none = { healthy: 0, unhealthy: 0, notKnown: 0 };

async function begin(context: LeaderContext, campaign: Campaign, wave: number): Promise<void> {
  const { clock, store } = context;
  const name = campaign.definition.campaign;
  const begun = await startHealthSurvey(context, campaign, wave);
  if (begun === null) return;
  const { survey, total: clients } = begun;
  await changeCampaign(context, 'orchestrator', name, async () => ({
    event: { type: 'HealthAsked', wave, survey, clients },
  }));
  const now = (await store.readCampaign(name))?.campaign.state;
  if (now !== undefined && 'health' in now && now.health?.survey === survey) return;
  const end = { how: 'cancelled', by: 'orchestrator', at: clock.now() } as const;
  await endSurvey(context, survey, await store.readSurvey(survey), end);
}
