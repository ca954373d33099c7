import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { memberChangeMs } from '../../shared/domain/campaign/member-change.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import { nextApprovalMoment } from './judge-approvals.ts';
import { nextMomentOfGates } from './judge-waves.ts';

/** When time alone changes something for a campaign: policy time; null = never. */
type Moment = (campaign: Campaign, counters: Counters, now: number) => number | null;

const memberChangeEnds: Moment = ({ memberChange }) =>
  memberChange === undefined ? null : memberChange.at + memberChangeMs + 1;

const campaignEnds: Moment = ({ definition: { policy } }, _counters, now) =>
  policy.end === undefined || policy.end.at <= now ? null : policy.end.at;

/** One line for each rule of a campaign that depends on time. */
const moments: readonly Moment[] = [nextMomentOfGates, nextApprovalMoment, campaignEnds, memberChangeEnds];

/**
 * The next time at which a running or paused campaign must be judged again though nothing has
 * changed. The leader sleeps until then.
 */
export function nextMoment(campaign: Campaign, counters: Counters, now: number): number | null {
  const times = moments.map((moment) => moment(campaign, counters, now)).filter((time) => time !== null);
  return times.length === 0 ? null : Math.min(...times);
}
