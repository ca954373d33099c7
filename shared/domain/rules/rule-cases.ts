import type { BlockerClass, CampaignPolicy, LadderStep, PersistencePolicy, RuleScope } from './policy.ts';

/**
 * Which ladder and which persistence hold for a blocker: the first case for its class, or else the
 * rule for all. The policy is the client's own (`clientRules`): a case that still has conditions
 * holds for no client.
 */
const firstFor = <Case extends RuleScope>(
  cases: readonly Case[] | undefined,
  wanted: BlockerClass,
): Case | undefined =>
  cases?.find(({ where, class: only }) => where === undefined && (only === undefined || only === wanted));

export const ladderOf = (
  { ladder, ladders }: Pick<CampaignPolicy, 'ladder' | 'ladders'>,
  wanted: BlockerClass,
): readonly LadderStep[] => firstFor(ladders, wanted)?.steps ?? ladder;

export const persistenceOf = (
  { persistence, persistences }: Pick<CampaignPolicy, 'persistence' | 'persistences'>,
  wanted: BlockerClass,
): PersistencePolicy => firstFor(persistences, wanted)?.persistence ?? persistence;
