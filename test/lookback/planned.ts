import { planAtStart, type PlanQuestion } from '../../orchestrator/lookback/plan-at-start.ts';
import type { History } from '../../orchestrator/replay/history.ts';
import type { Planned } from '../../shared/domain/campaign/planned.ts';

export const planQuestion = ({ campaign, clients, sources, created }: History): PlanQuestion => ({
  campaign: { ...campaign, definition: created },
  clients: [...clients.values()],
  looks: [],
  profile: sources.profile,
  madeAt: 'startedAt' in campaign.state ? campaign.state.startedAt + 1_000 : 0,
});

/** What is planned of the campaign of a history when it starts. */
export async function plannedOf(history: History): Promise<Extract<Planned, { because: null }>> {
  const planned = await planAtStart(planQuestion(history));
  if (planned.because !== null) throw new Error(planned.because);
  return planned;
}
