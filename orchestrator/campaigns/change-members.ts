import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { noMembers } from '../../shared/domain/campaign/membership.ts';
import type { MemberStep } from '../../shared/store/member-changes.ts';
import type { OrchestratorContext } from '../context.ts';
import { campaignAudit } from './audit.ts';

/** Tries against others that change the same record. */
const triesAtMost = 5;

/**
 * Lets waiting clients join a campaign or leave it. Each step is compared and set, so the steps fit
 * a campaign that has changed meanwhile, too.
 * @param who the person, or the round of the leader, as the audit names them
 * @returns false when the clients of the campaign are being changed by others: try again
 */
export async function changeMembers(
  { store, clock, log }: OrchestratorContext,
  who: string,
  name: string,
  steps: readonly MemberStep[],
): Promise<boolean> {
  if (steps.length === 0) return true;
  for (let tries = 0; tries < triesAtMost; tries += 1) {
    const record = await store.readCampaign(name);
    if (record === null || !mayChange(record.campaign)) return true;
    const { campaign, version } = record;
    const { status } = campaign.state;
    const why = { at: clock.now(), who, because: stepsInWords(steps) };
    const next = { ...campaign, members: campaign.members ?? noMembers };
    const starts = await store.starts();
    const audit = campaignAudit(campaign, status, status, why);
    const changed = await store.changeMembers(next, version, audit, steps, { starts });
    if (changed === null) continue;
    log.info({ campaign: name, changed: changed.changed.length, because: why.because }, 'clients changed');
    return true;
  }
  return false;
}

/** Clients join and leave until the campaign is over. */
export const mayChange = ({ state, removal }: Campaign): boolean =>
  state.status !== 'ended' && state.status !== 'aborted' && removal === undefined;

function stepsInWords(steps: readonly MemberStep[]): string {
  const some = (isIt: (step: MemberStep) => boolean, one: string, many: string): readonly string[] => {
    const count = steps.filter(isIt).length;
    return count === 0 ? [] : [count === 1 ? `1 client ${one}` : `${count} clients ${many}`];
  };
  return [
    ...some(({ from }) => from === null, 'joins', 'join'),
    ...some(({ to }) => to === null, 'leaves', 'leave'),
    ...some(({ from, to }) => from !== null && to !== null, 'waits in another place', 'wait in other places'),
  ].join(', ');
}
