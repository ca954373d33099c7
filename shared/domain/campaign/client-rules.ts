import type { CampaignPolicy, RuleScope } from '../rules/policy.ts';
import type { Client } from './definition.ts';
import { fitting } from './where.ts';

/**
 * The policy of a campaign as it holds for one client: cases for other clients are gone, and those
 * that are left hold without a condition. A policy without cases is returned as it is.
 */
export function policyFor(policy: CampaignPolicy, client: Client): CampaignPolicy {
  const { ladders, persistences } = policy;
  if (ladders === undefined && persistences === undefined) return policy;
  return {
    ...policy,
    ...(ladders === undefined ? {} : { ladders: casesFor(ladders, client) }),
    ...(persistences === undefined ? {} : { persistences: casesFor(persistences, client) }),
  };
}

const casesFor = <Case extends RuleScope>(cases: readonly Case[], client: Client): readonly Case[] =>
  cases
    .filter(({ where }) => where === undefined || fitting(where)(client))
    .map((each) => ({ ...each, where: undefined }));
