import { BlockList, isIP } from 'node:net';
import type { OrchestratorContext } from '../../context.ts';
import type { CheckInConfig } from '../../../shared/listener-settings.ts';
import type { Client } from '../../../shared/domain/campaign/definition.ts';
import { isHost } from '../../../shared/input/names.ts';
import { movedTo, refusedTo } from '../../../shared/store/check-in-store.ts';

/** Addresses that no client has. Some of them would reach the orchestrator or the worker. */
const notClients = blockListOf([
  ['0.0.0.0', 8, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 127, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
]);

function blockListOf(nets: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[]): BlockList {
  const list = new BlockList();
  for (const [net, bits, family] of nets) list.addSubnet(net, bits, family);
  return list;
}

export type Address =
  | { readonly kind: 'none' }
  | { readonly kind: 'unfit'; readonly because: string }
  | { readonly kind: 'given'; readonly host: string };

/**
 * The address that a check-in brings. By the policy it is the one that the client sends, or the
 * one that its connection comes from.
 * @param peer as the socket reports it; an IPv4 address may come as ::ffff:10.0.0.7
 */
export function addressIn(
  policy: CheckInConfig['address'],
  { sent, peer }: { readonly sent: string | undefined; readonly peer: string },
): Address {
  if (policy === 'never' || (policy === 'sent' && sent === undefined)) return { kind: 'none' };
  const host = (policy === 'sent' ? (sent ?? '') : peer).replace(/^::ffff:(?=[\d.]+$)/i, '');
  const because = whyUnfit(host);
  return because === null ? { kind: 'given', host } : { kind: 'unfit', because };
}

function whyUnfit(host: string): string | null {
  const family = isIP(host);
  // Resolvers read these as addresses, too: 127.1, 2130706433, 0x7f000001.
  if (family === 0 && /^(0x[\da-f]*|\d+)(\.(0x[\da-f]*|\d+))*$/i.test(host)) return 'it is not an IP address';
  if (!isHost(host) || /^(.*\.)?localhost$/i.test(host)) return 'it is not the address of a client';
  if (family !== 0 && notClients.check(host, family === 6 ? 'ipv6' : 'ipv4'))
    return 'no client is reached at such an address';
  return null;
}

/**
 * Gives the client the address that its check-in brought.
 * @returns what was done, in words; null when the check-in brought no address
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
  const name = client.client;
  if (host === client.host) {
    await store.acceptAddress(name);
    return `${host}, as before`;
  }
  if (!isPinned(client)) return 'left as it is, no host key of this client is pinned in the fleet';
  const at = clock.now();
  const entry = { at, campaign: '', client: name, who: `client ${name} (check-in token)`, from: '' };
  const moved = { to: movedTo, because: `its address is ${host} now, before ${client.host}`, evidence: null };
  const outcome = await store.moveClient(name, host, { ...entry, ...moved });
  switch (outcome.kind) {
    case 'moved':
      log.info({ client: name, host, before: client.host }, 'another address');
      return `${host}, before ${client.host}`;
    case 'taken': {
      const { other } = outcome;
      const because = `its address stays ${client.host}: ${host} is the address of ${other} in the fleet`;
      const refused = { to: refusedTo, because, evidence: null };
      if (await store.refuseAddress({ client: name, host, other, at }, { ...entry, ...refused }))
        log.warn({ client: name, host, other }, 'the address of a check-in belongs to another client');
      return `left as it is, ${host} is the address of another client of the fleet`;
    }
    case 'unchanged':
    case 'busy':
      return 'left as it is, the fleet is being changed';
  }
}

const isPinned = ({ hostKeys = [] }: Client): boolean => hostKeys.length > 0;
