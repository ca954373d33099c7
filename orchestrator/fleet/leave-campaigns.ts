import { changeMembers } from '../campaigns/change-members.ts';
import type { OrchestratorContext } from '../context.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import type { MemberStep } from '../../shared/store/member-changes.ts';

/**
 * Those of the campaigns that follow the fleet (`membership: joins`): clients that are taken out of
 * the fleet leave them, too.
 */
export async function followingCampaigns(
  store: OperatorStore,
  campaigns: Iterable<string>,
): Promise<ReadonlySet<string>> {
  const following = new Set<string>();
  for (const name of new Set(campaigns)) {
    const record = await store.readCampaign(name);
    if (record?.campaign.definition.membership === 'joins') following.add(name);
  }
  return following;
}

/** Waiting clients leave the campaigns that follow the fleet, before they leave the fleet. */
export async function leaveCampaigns(
  context: OrchestratorContext,
  who: string,
  clients: readonly string[],
  reason: string,
): Promise<void> {
  const { store } = context;
  const kept = (await store.keptClients(clients)).filter(({ waits }) => waits);
  const following = await followingCampaigns(
    store,
    kept.map(({ campaign }) => campaign),
  );
  for (const campaign of following) {
    const steps: MemberStep[] = [];
    for (const { client } of kept.filter((each) => each.campaign === campaign)) {
      const from = await store.readWaiting({ campaign, client });
      if (from !== null) steps.push({ from, to: null, because: `removed from the fleet: ${reason}` });
    }
    await changeMembers(context, who, campaign, steps);
  }
}
