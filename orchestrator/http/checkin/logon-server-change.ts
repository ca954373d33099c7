import type { Client } from '../../../shared/domain/campaign/definition.ts';
import { movedTo } from '../../../shared/store/check-in-store.ts';
import type { OrchestratorContext } from '../../context.ts';
import type { Address } from './address.ts';

/**
 * Gives the client the address that its check-in brought, and says what became of it; null when
 * the check-in brought none.
 *
 * Only a client whose host key is pinned in the fleet gets another address: a stolen token can
 * then lead servpack to no machine that does not show that key, and a check-in cannot change the
 * key.
 */
export async function takeAddress(
  { store, clock, log }: OrchestratorContext,
  client: Client,
  address: Address,
): Promise<string | null> {
  if (address.kind === 'none') return null;
  if (address.kind === 'unfit') return `left as it is, ${address.because}`;
  const { host } = address;
  if (host === client.host) return `${host}, as before`;
  if (!isPinned(client)) return 'left as it is, no host key of this client is pinned in the fleet';
  const isMoved = await store.moveClient(client.client, host, {
    at: clock.now(),
    campaign: '',
    client: client.client,
    who: `client ${client.client} (check-in token)`,
    from: '',
    to: movedTo,
    because: `its address is ${host} now, before ${client.host}`,
    evidence: null,
  });
  if (isMoved) log.info({ client: client.client, host, before: client.host }, 'another address');
  return isMoved ? `${host}, before ${client.host}` : 'left as it is, the fleet is being changed';
}

const isPinned = ({ hostKeys = [] }: Client): boolean => hostKeys.length > 0;
