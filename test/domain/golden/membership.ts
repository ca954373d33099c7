import { updateMembers } from '../../../orchestrator/campaigns/update-members.ts';
import { contextOver, standingClock } from '../../fixtures/context.ts';
import { keepingDispatcher } from '../../fixtures/dispatchers.ts';
import type { Activation } from '../../../shared/store/types.ts';
import { counted } from './layout.ts';
import { recordOf } from './operator.ts';
import type { World } from './world.ts';

/**
 * A person imports clients with these labels; then the leader lets clients join and leave. Returns
 * what the status says of the clients of the campaign.
 */
export async function importClients(
  world: World,
  who: string,
  labels: Readonly<Record<string, readonly string[]>>,
): Promise<string | null> {
  for (const [client, words] of Object.entries(labels)) world.labels.set(client, words);
  const rows = world.fleet.filter(({ client }) => labels[client] !== undefined);
  await world.store.importUnique(rows, {
    at: world.now,
    campaign: '',
    client: null,
    who,
    from: '',
    to: 'imported',
    because: `${counted(rows.length, 'client')}, from fleet.csv`,
    evidence: null,
  });
  return join(world);
}

/** What an orchestrator works with at this moment; the jobs it adds are kept in the list. */
export const contextOf = (world: World, jobs: Activation[] = []): ReturnType<typeof contextOver> =>
  contextOver(world.store, standingClock(world.now), keepingDispatcher(jobs));

/** The leader compares the campaign with the fleet. */
export async function join(world: World): Promise<null> {
  const jobs: Activation[] = [];
  await updateMembers(contextOf(world, jobs), (await recordOf(world)).campaign);
  world.addJobs(jobs);
  return null;
}
