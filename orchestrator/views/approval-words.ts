import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import type { ApprovalRule } from '../../shared/domain/rules/approval-rules.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { requestsOf, termsOf } from '../domain/approval-requests.ts';
import { subjectWords } from '../domain/judge-approvals.ts';
import { exactSpan } from './duration-text.ts';

/** What of a campaign file needs the approval of a person, in words; null = nothing. */
export function approvalWords({ approvals }: CampaignDefinition): string | null {
  return approvals === undefined ? null : approvals.map(ruleWords).join('; ');
}

function ruleWords(rule: ApprovalRule): string {
  const who = rule.by === 'another' ? 'a person who did not create, edit or start the campaign' : 'a person';
  return `${subjectOf(rule)} only after ${who} has approved; ${expiryWords(rule)}`;
}

function subjectOf(rule: ApprovalRule): string {
  if ('wave' in rule) return `wave ${rule.wave} opens`;
  return 'each' in rule
    ? `each ${rule.each} of one client begins`
    : `the first ${rule.remediation} begins, and all further ones,`;
}

function expiryWords({ expiresMs, onExpiry }: ApprovalRule): string {
  if (expiresMs === undefined) return 'the question does not expire';
  const then = { approve: 'it is approved', pause: 'the campaign pauses', reject: 'it is rejected' };
  return `without an answer in ${exactSpan(expiresMs)} ${then[onExpiry ?? 'reject']}`;
}

/**
 * Every open question of a campaign, in words: since when it waits, and when it expires or, while
 * the campaign is paused, has expired.
 */
export function openQuestions(campaign: Campaign, counters: Counters, now = 0): readonly string[] {
  if (campaign.state.status !== 'running' && campaign.state.status !== 'paused') return [];
  const { definition } = campaign;
  const ofCampaign = requestsOf(campaign)
    .filter(({ answer }) => answer === undefined)
    .map(({ subject, since, until }) => {
      const { by } = termsOf(definition, subject);
      const whose = by === 'another' ? ' by another person than its authors' : '';
      const expires =
        until === null ? 'does not expire' : `${now < until ? 'expires' : 'has expired'} ${isoOf(until)}`;
      return `${subjectWords(subject)} waits for approval${whose}, since ${isoOf(since)}, ${expires}`;
    });
  const clients =
    (counters['deferred|approval'] ?? 0) -
    Object.entries(counters).reduce((sum, [name, count]) => sum + (name.startsWith('asks|') ? count : 0), 0);
  const ofClients = `${clients} ${clients === 1 ? 'client waits' : 'clients wait'} for an approval of its own`;
  return clients > 0 ? [...ofCampaign, ofClients] : ofCampaign;
}
