import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Servers } from './servers-process.ts';
import type { Ground } from './side.ts';

/** Writes the key of the login, and the keys of the hosts, as OpenSSH has them. */
export function layGround(servers: Servers, folder: string, concurrency: number): Ground {
  const userKeyFile = join(folder, 'id');
  const knownHostsFile = join(folder, 'known_hosts');
  writeFileSync(userKeyFile, servers.userKey);
  chmodSync(userKeyFile, 0o600);
  const lines = servers.clients.map(
    ({ address, port }) => `[${address}]:${port} ssh-ed25519 ${servers.hostKey}`,
  );
  writeFileSync(knownHostsFile, `${lines.join('\n')}\n`);
  return { ...servers, folder, userKeyFile, knownHostsFile, concurrency };
}
