import { BlockList, isIP } from 'node:net';
import { isHost } from '../../../shared/input/names.ts';
import type { CheckInConfig } from '../../../shared/config.ts';

/**
 * Addresses that no client of a fleet has; some of them reach the orchestrator or the worker
 * itself.
 */
const notClients = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 3],
] as const)
  notClients.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of [
  ['::', 127],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  notClients.addSubnet(net, bits, 'ipv6');

export type Address =
  | { readonly kind: 'none' }
  | { readonly kind: 'unfit'; readonly because: string }
  | { readonly kind: 'given'; readonly host: string };

/**
 * The address that a check-in brings, by policy: what the client says itself, or where its
 * connection comes from.
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
