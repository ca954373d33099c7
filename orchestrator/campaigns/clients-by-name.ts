import type { Client } from '../../shared/domain/campaign/definition.ts';
import type { OperatorStore } from '../../shared/store/store.ts';

const pieceSize = 1_000;

/**
 * The fleet's entries of some clients by their names, each under the logon server by which its
 * campaign counts it. Clients that the fleet no longer has are left out.
 */
export async function clientsByName(
  store: Pick<OperatorStore, 'readClients'>,
  named: readonly { readonly client: string; readonly logonServer: string }[],
): Promise<ReadonlyMap<string, Client>> {
  const found = new Map<string, Client>();
  for (let at = 0; at < named.length; at += pieceSize) {
    const piece = named.slice(at, at + pieceSize);
    const clients = await store.readClients(piece.map(({ client }) => client));
    for (const [index, { client: name, logonServer }] of piece.entries()) {
      const client = clients[index];
      if (client !== null && client !== undefined) found.set(name, { ...client, logonServer });
    }
  }
  return found;
}
