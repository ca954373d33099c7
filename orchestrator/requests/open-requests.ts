import { type Campaign, isCampaignOver } from '../../shared/domain/campaign/campaign.ts';
import { type CommandRequest, isClosed } from '../../shared/domain/campaign/command-request.ts';
import type { OperatorStore } from '../../shared/store/store.ts';

type Reads = Pick<OperatorStore, 'requests' | 'readClient'>;

/**
 * The commands that wait for another person, or are being carried out. A client whose logon server
 * the caller does not reach is not seen, and neither is a request about it.
 * @param isMeant which of them are asked for
 */
export async function openRequests(
  store: Reads,
  isMeant: (request: CommandRequest) => boolean = () => true,
): Promise<readonly CommandRequest[]> {
  const seen: CommandRequest[] = [];
  for (const { request } of await store.requests()) {
    const { client } = request;
    if (isClosed(request) || !isMeant(request)) continue;
    if (client === undefined || (await store.readClient(client)) !== null) seen.push(request);
  }
  return seen;
}

/** Those about a campaign, and while it is not over, about its release. */
export function requestsAbout(
  store: Reads,
  { definition: { campaign, release }, state }: Campaign,
): Promise<readonly CommandRequest[]> {
  return openRequests(store, ({ command, subject }) =>
    command === 'withdraw' ? subject === release && !isCampaignOver(state) : subject === campaign,
  );
}
