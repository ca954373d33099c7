import { appendFile } from 'node:fs/promises';
import type { Target } from '../../../../shared/execution/gateway.ts';
import { fingerprintOf, type KnownHosts, nameOf, typeIn } from './known-hosts.ts';

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

/** Appends a key to a known_hosts file. */
export async function writeDown(file: string, host: string, port: number, key: Buffer): Promise<void> {
  const line = `${nameOf(host, port)} ${typeIn(key) ?? ''} ${key.toString('base64')}`;
  await appendFile(file, `${line}\n`, { mode: 0o600 });
}
