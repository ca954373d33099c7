import { appendFile } from 'node:fs/promises';
import type { Target } from '../../gateway.ts';
import { fingerprintOf, type KnownHosts } from './known-hosts.ts';

export interface HostKeyRules {
  readonly knownHosts: KnownHosts;
  /** Where a key that is trusted at first use is written down; null = such keys are refused. */
  readonly trustInto: string | null;
}

/** Why the host's key is not taken; null = it is. Fingerprints of the fleet file outweigh every known_hosts. */
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
      return `${host} shows the host key ${shown}, and another one is known: it was set up anew, or it is not the machine it says it is`;
    case 'unknown':
      return trustInto === null
        ? `the host key of ${host} is not known (${shown}): put it into known_hosts or into the fleet file`
        : null;
  }
}

/** The key type is the first of the length-prefixed parts of the key itself. */
export async function writeDown(file: string, host: string, port: number, key: Buffer): Promise<void> {
  const type = key.toString('latin1', 4, 4 + key.readUInt32BE(0));
  const name = port === 22 ? host : `[${host}]:${port}`;
  await appendFile(file, `${name} ${type} ${key.toString('base64')}\n`, { mode: 0o600 });
}
