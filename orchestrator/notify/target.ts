import { lookup } from 'node:dns/promises';
import { BlockList, isIP, isIPv6 } from 'node:net';
import { err, ok, type Result } from '../../shared/errors.ts';
import { reasonOf } from '../../shared/reason-of.ts';

/** An address that a message is sent to, and no other: a name may lead elsewhere a moment later. */
export interface Target {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Finds the addresses of a name; the system's own way is `lookup` of node:dns. */
export type Resolve = (host: string) => Promise<readonly string[]>;

const resolveAll: Resolve = async (host) =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);

/**
 * Where messages to this host are sent. A person who may name a target must
 * reach neither the credentials that clouds hand out at link-local addresses nor what listens on
 * this network.
 * @param isPrivateAllowed addresses of private networks and of this machine may be the target
 * @returns why nothing is sent there
 */
export async function targetOf(
  host: string,
  isPrivateAllowed: boolean,
  resolve: Resolve = resolveAll,
): Promise<Result<Target, string>> {
  const name = host.replace(/^\[|\]$/g, '');
  let found: readonly string[];
  try {
    found = isIP(name) === 0 ? await resolve(name) : [name];
  } catch (error) {
    return err(`the host has no address: ${reasonOf(error)}`);
  }
  const addresses = found.map(unmapped);
  const [first] = addresses;
  if (first === undefined) return err('the host has no address');
  // One refused address among several is enough: which of them is taken is chance.
  for (const address of addresses) {
    const why = whyRefused(address, isPrivateAllowed);
    if (why !== null) return err(why);
  }
  return ok({ address: first, family: isIPv6(first) ? 6 : 4 });
}

/** Private networks (RFC 1918, 6598, 4193) and this machine. */
const privateNets = [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['::1', 128],
  ['fc00::', 7],
] as const;

/**
 * Link-local addresses, where clouds serve metadata (169.254.169.254), what is no address of a
 * host, and the addresses at which single clouds serve metadata or their platform: AWS over IPv6,
 * Alibaba (100.100.100.200), Oracle (192.0.0.192) and Azure (168.63.129.16).
 */
const refusedNets = [
  ['169.254.0.0', 16],
  ['fe80::', 10],
  ['0.0.0.0', 8],
  ['224.0.0.0', 3],
  ['192.0.0.0', 24],
  ['ff00::', 8],
  ['::', 128],
  ['fd00:ec2::254', 128],
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
] as const;

function isWithin(address: string, nets: typeof privateNets | typeof refusedNets): boolean {
  const list = new BlockList();
  for (const [net, bits] of nets) list.addSubnet(net, bits, isIPv6(net) ? 'ipv6' : 'ipv4');
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

function whyRefused(address: string, isPrivateAllowed: boolean): string | null {
  if (isWithin(address, refusedNets)) return `its address ${address} is link-local, or serves metadata`;
  return !isPrivateAllowed && isWithin(address, privateNets)
    ? `its address ${address} is in a private network; private: allowed in the settings lets it be`
    : null;
}

/**
 * The IPv4 address inside an IPv6 one, which leads to the same host: mapped (::ffff:0:0/96), NAT64
 * (64:ff9b::/96) and 6to4 (2002::/16).
 */
function unmapped(address: string): string {
  if (!isIPv6(address)) return address;
  const groups = groupsOf(address);
  const [a = 0, b = 0] = groups;
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  const isNat64 = a === 0x64 && b === 0xff9b && groups.slice(2, 6).every((group) => group === 0);
  if (isMapped || isNat64) return ipv4Of(groups[6] ?? 0, groups[7] ?? 0);
  return a === 0x2002 ? ipv4Of(b, groups[2] ?? 0) : address;
}

/** The eight groups of an IPv6 address. The URL parser writes each address in one way. */
function groupsOf(address: string): readonly number[] {
  const [bare = ''] = address.split('%');
  const { hostname = '[::]' } = URL.parse(`http://[${bare}]/`) ?? {};
  const [head = '', tail] = hostname.slice(1, -1).split('::');
  const read = (part: string): readonly number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const [first, last] = [read(head), read(tail ?? '')];
  return [...first, ...Array.from({ length: 8 - first.length - last.length }, () => 0), ...last];
}

const ipv4Of = (high: number, low: number): string =>
  [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
