import { sayingWhatHolds } from './not-recorded.ts';
import { serverMeant } from './server-meant.ts';
import { changeCampaign, type ChangedCampaign, type ResumeRequest } from './transitions.ts';
import type { OrchestratorContext } from '../context.ts';
import { notFound, type Refusal } from '../refusal.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { statesBy } from '../../shared/domain/outcome/states.ts';
import { err, ok, type Result } from '../../shared/errors.ts';
import type { OperatorStore } from '../../shared/store/store.ts';

/** Logon servers of a campaign, as a person writes them, and why they are held. */
export interface HoldRequest {
  readonly logonServers: readonly string[];
  readonly reason: string;
}

export interface UnholdRequest extends Pick<ResumeRequest, 'override' | 'reason'> {
  readonly logonServers: readonly string[];
}

/**
 * Holds logon servers of a campaign: within a second nothing new begins on their clients; what was
 * begun there is finished. Every commit that would begin something compares the client's logon
 * server with the holds in its own script.
 * @returns `notFound.server` when the campaign has no clients of such a logon server
 */
export const holdServers = (
  context: OrchestratorContext,
  who: string,
  name: string,
  { logonServers: asked, reason }: HoldRequest,
): Promise<Result<ChangedCampaign, Refusal>> =>
  sayingWhatHolds('the hold', async () => {
    const found = await serversMeant(context.store, name, asked);
    if (!found.ok) return found;
    const event = { type: 'HoldRequested', by: who, reason, logonServers: found.value } as const;
    return changeCampaign(context, who, name, async () => ({ event }));
  });

/** Releases held logon servers of a campaign. A pause of the campaign stays. */
export async function releaseServers(
  context: OrchestratorContext,
  who: string,
  name: string,
  { logonServers: asked, ...request }: UnholdRequest,
): Promise<Result<ChangedCampaign, Refusal>> {
  const found = await serversMeant(context.store, name, asked);
  if (!found.ok) return found;
  const event = { type: 'UnholdRequested', by: who, ...request, logonServers: found.value } as const;
  return changeCampaign(context, who, name, async () => ({ event }));
}

/** The names as the campaign spells them, each once. */
async function serversMeant(
  store: OperatorStore,
  name: string,
  asked: readonly string[],
): Promise<Result<readonly string[], Refusal>> {
  const record = await store.readCampaign(name);
  if (record === null) return err(notFound('campaign', name));
  const known = await knownServers(store, record.campaign);
  const meant = new Set<string>();
  for (const each of asked) {
    const server = serverMeant(name, each, known);
    if (!server.ok) return server;
    meant.add(server.value);
  }
  return ok([...meant]);
}

/** Where the campaign has clients, or holds: clients of a held logon server may all have roamed. */
async function knownServers(store: OperatorStore, campaign: Campaign): Promise<readonly string[]> {
  const counters = await store.counters(campaign.definition.campaign);
  const held = (campaign.holds ?? []).map(({ logonServer }) => logonServer);
  return [...new Set([...statesBy(counters, 'logonServer').keys(), ...held])].sort();
}
