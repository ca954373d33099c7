import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { CampaignRecord } from '../../shared/store/types.ts';
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
  /** A running campaign that has changed, or whose moment has come. */
  note(campaign: Campaign): void;
}

/**
 * The round reads only campaigns that were noted and whose newest gate asks for health, until there
 * is nothing to do for them now. Every step may be cut off and is taken again: a survey that no
 * campaign names is ended.
 */
export function watchHealth(): HealthWatch {
  /** By name: how often the campaign was noted. */
  const followed = new Map<string, number>();
  /** A campaign that was noted meanwhile is read once more. */
  const forget = (name: string, times: number | undefined): void => {
    if (followed.get(name) === times) followed.delete(name);
  };
  let lastRun = -Infinity;
  const round: HealthWatch = {
    name: 'health',
    note: (campaign) => {
      const { campaign: name } = campaign.definition;
      if (asksForHealth(campaign)) followed.set(name, (followed.get(name) ?? 0) + 1);
    },
    run: async (context, news = everything) => {
      if (followed.size === 0) return;
      const passed = performance.now() - lastRun;
      if (!isNews(news) && passed < answersEveryMs) return;
      lastRun = performance.now();
      const noted = new Map(followed);
      const asking: CampaignRecord[] = [];
      for (const [name, times] of noted) {
        const record = await context.store.readCampaign(name);
        if (record !== null && asksForHealth(record.campaign)) asking.push(record);
        else forget(name, times);
      }
      await eachCampaign(
        context,
        { round: round.name, records: asking, asked: null },
        async (own, { campaign }) => {
          const { campaign: name } = campaign.definition;
          if ((await watchOne(own, campaign)) === 'rests') forget(name, noted.get(name));
        },
      );
    },
    rest: () => followed.clear(),
  };
  return round;
}

/** `rests`: nothing is to be done before the campaign changes, or its next moment comes. */
async function watchOne(context: LeaderContext, campaign: Campaign): Promise<'works' | 'rests'> {
  const { store, clock } = context;
  const name = campaign.definition.campaign;
  const step = healthStep(campaign, await store.counters(name), clock.now());
  if (step === null) return 'rests';
  if (step.kind === 'begin') {
    await begin(context, campaign, step.wave);
    return 'works';
  }
  const { wave, survey, begunAt } = step;
  const progress = await store.readSurvey(survey);
  if (progress !== null && progress.end === null) return 'works';
  await keepHealth(context, {
    campaign: name,
    wave,
    survey,
    begunAt,
    countsFacts: campaign.definition.stop !== undefined,
  });
  const found = waveProgress(campaign.waveSizes, await store.counters(name))[wave]?.health ?? none;
  await changeCampaign(context, 'orchestrator', name, async () => ({
    event: { type: 'HealthFound', survey, found },
  }));
  return 'works';
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
