import { appendFile } from 'node:fs/promises';
import type { Target } from '../../gateway.ts';
import { fingerprintOf, type KnownHosts } from './known-hosts.ts';

export interface HostKeyRules {
  readonly knownHosts: KnownHosts;
  /** The file that receives keys trusted at first use; null = unknown keys are refused. */
  readonly trustInto: string | null;
}

/**
 * Why the key of a host is refused; null = it is accepted. Fingerprints in the fleet file outweigh
 * known_hosts.
 */
export function objection(
  { knownHosts, trustInto }: HostKeyRules,
  { host, hostKeys }: Target,
  port: number,
  key: Buffer,
): string | null {
  const shown = fingerprintOf(key);
  if (hostKeys.length > 0) {
    return hostKeys.includes(shown)
      ? null
      : `${host} shows the host key ${shown}, which is none of those in the fleet file`;
  }
  switch (knownHosts.judge(host, port, key)) {
    case 'known':
      return null;
    case 'revoked':
      return `${host} shows the host key ${shown}, which is revoked`;
    case 'different':
      return `${host} shows the host key ${shown}, but another key is known: the machine was reinstalled, or this is a different machine`;
    case 'unknown':
      return trustInto === null
        ? `the host key of ${host} is not known (${shown}): put it into known_hosts or into the fleet file`
        : null;
  }
}

/**
 * Appends a key to a known_hosts file. The key holds its type as the first length-prefixed part.
 */
export async function writeDown(file: string, host: string, port: number, key: Buffer): Promise<void> {
  const type = key.toString('latin1', 4, 4 + key.readUInt32BE(0));
  const name = port === 22 ? host : `[${host}]:${port}`;
  await appendFile(file, `${name} ${type} ${key.toString('base64')}\n`, { mode: 0o600 });
}
