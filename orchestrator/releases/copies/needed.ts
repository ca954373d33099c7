import { logonServerKey } from '../../../shared/domain/observation/logon-server.ts';
import { sizeOf, statesBy } from '../../../shared/domain/outcome/states.ts';
import type { OperatorStore } from '../../../shared/store/store.ts';
import type { CampaignState } from '../../../shared/domain/campaign/campaign.ts';

/** Campaigns whose clients may still download. */
const open: readonly CampaignState['status'][] = [
  'created',
  'scheduled',
  'waitingForRelease',
  'running',
  'paused',
];

/**
 * By release: the logon servers with clients that have not settled, and how many of those clients
 * wait without having been admitted.
 */
export async function neededServers(
  store: OperatorStore,
): Promise<ReadonlyMap<string, ReadonlyMap<string, number>>> {
  const needed = new Map<string, Map<string, number>>();
  for (const { campaign } of await store.campaigns(open)) {
    const { release, campaign: name } = campaign.definition;
    const servers = needed.get(release) ?? new Map<string, number>();
    needed.set(release, servers);
    for (const [server, states] of statesBy(await store.counters(name), 'logonServer')) {
      const { upgraded, skipped, failed, needsAttention, cancelled } = states;
      const unsettled = sizeOf(states) - upgraded - skipped - failed - needsAttention - cancelled;
      if (unsettled > 0) servers.set(server, (servers.get(server) ?? 0) + states.waiting);
    }
  }
  return needed;
}

/** Where the copy of a logon server lies. */
export function copyPath(
  { path, except }: { readonly path: string; readonly except: Readonly<Record<string, string>> },
  server: string,
): string {
  const own = Object.entries(except).find(([name]) => logonServerKey(name) === logonServerKey(server));
  return own?.[1] ?? path.replaceAll('{logonServer}', () => server);
}
