import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { stopRule } from '../../shared/domain/campaign/stop.ts';
import type { FactCounts } from '../../shared/domain/outcome/facts.ts';
import type { CampaignStore } from '../../shared/store/campaign-store.ts';
import type { OrchestratorContext } from '../context.ts';
import { stopBecause } from '../domain/judge-stops.ts';
import { countedAt, countsSince, stopVerdicts, strictestStop } from '../domain/stops.ts';
import { haltAll } from './halt.ts';

/** What the stop rules of a campaign count, by rule. A campaign without rules costs no read. */
export async function readStopFacts(
  store: Pick<CampaignStore, 'countFacts'>,
  { definition, state }: Campaign,
  now: number,
): Promise<{ readonly facts?: readonly FactCounts[] }> {
  const { stop, campaign } = definition;
  if (stop === undefined) return {};
  const begun = 'startedAt' in state ? state : {};
  const moment = countedAt(state, now);
  return {
    facts: await store.countFacts(
      campaign,
      stop.map((rule) => countsSince(rule, begun, moment)),
    ),
  };
}

/**
 * Halts everything where a rule of a running campaign asks for it. Called before the campaign is
 * paused: after a crash in between the rule stops it again. A halt by others stays theirs.
 */
export async function haltByRule(
  context: OrchestratorContext,
  campaign: Campaign,
  facts: readonly FactCounts[],
  now: number,
): Promise<void> {
  const stop = strictestStop(stopVerdicts(campaign, facts, now));
  if (stop?.rule.does !== 'halt') return;
  await haltAll(context, stopRule, `campaign ${campaign.definition.campaign}: ${stopBecause(stop)}`);
}
