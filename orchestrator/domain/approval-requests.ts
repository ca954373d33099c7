import { type ApprovalRequest, isSameSubject } from '../../shared/domain/campaign/approval.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import type { ApprovalTerms } from '../../shared/domain/rules/approval-rules.ts';
import { mayBeSamePerson, personOf } from '../../shared/domain/campaign/person.ts';

/** The questions of a campaign, their names, and who may answer them. */

export type Subject = ApprovalRequest['subject'];

export const requestsOf = ({ approvals }: Campaign): readonly ApprovalRequest[] => approvals?.requests ?? [];

/** The newest question about this subject. */
export const newestAbout = (campaign: Campaign, subject: Subject): ApprovalRequest | undefined =>
  requestsOf(campaign).findLast((each) => isSameSubject(each.subject, subject));

/** The name by which a person answers: `sms-sp4/wave/early`, `sms-sp4/remediation/relocation/2`. */
export function requestId(
  campaign: string,
  { subject, round }: Pick<ApprovalRequest, 'subject' | 'round'>,
): string {
  const about = 'wave' in subject ? ['wave', subject.wave] : ['remediation', subject.remediation];
  return [campaign, ...about, ...(round === 1 ? [] : [String(round)])].join('/');
}

/** What the file says of questions about this subject. A gate alone asks without an end. */
export const termsOf = ({ approvals = [] }: CampaignDefinition, subject: Subject): ApprovalTerms =>
  approvals.find((rule) =>
    'wave' in subject
      ? 'wave' in rule && rule.wave.toLowerCase() === subject.wave.toLowerCase()
      : 'remediation' in rule && rule.remediation === subject.remediation,
  ) ?? {};

/** Does the approval of some wave or step need another person than the authors? */
export const asksAnother = ({ approvals = [] }: CampaignDefinition): boolean =>
  approvals.some(({ by }) => by === 'another');

/**
 * Notes who created, edited or started the campaign, where such a person cannot approve.
 * @param authors null = it is not known who created it: then nobody can approve
 */
export function withAuthors(campaign: Campaign, authors: readonly string[] | null): Campaign {
  if (!asksAnother(campaign.definition)) return campaign;
  const { authors: _, ...others } = campaign.approvals ?? {};
  const known = authors === null ? {} : { authors: [...new Set(authors)] };
  return { ...campaign, approvals: { ...others, ...known } };
}

/** Notes one more author. Where the others are not known, they stay unknown. */
export function withAuthor(campaign: Campaign, who: string): Campaign {
  const { authors } = campaign.approvals ?? {};
  return authors === undefined || authors.includes(who) ? campaign : withAuthors(campaign, [...authors, who]);
}

/** Why this person cannot approve; null = they can. What is not known stays closed. */
export function whyNotApprover({ approvals }: Campaign, { by }: ApprovalTerms, who: string): string | null {
  if (by !== 'another') return null;
  const { authors } = approvals ?? {};
  if (authors === undefined || authors.length === 0)
    return 'another person must approve, and it is not known who created the campaign';
  return whyNotAnother(authors, who, 'created, edited or started the campaign');
}

/**
 * Why this person may be one of those who did something; null = it is another person, and proved.
 * @param did what they did, for the reason: `created the campaign`
 */
export function whyNotAnother(others: readonly string[], who: string, did: string): string | null {
  const same = others.find((other) => mayBeSamePerson(other, who));
  if (same === undefined) return null;
  if (personOf(who) === null) return `another person must approve, and ${who} is not proved to be one person`;
  const author = same === who ? who : `${who} may be ${same}, who`;
  return `another person must approve: ${author} ${did}`;
}
