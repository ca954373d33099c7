import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseKnownHosts } from '../../workers/gateways/windows-ssh/config/known-hosts.ts';
import type { SshSettings } from '../../workers/gateways/windows-ssh/config/settings.ts';
import { windowsPatienceMs } from '../environment/patience.ts';
import type { WindowsClient } from '../lab/windows/client.ts';
import type { WindowsLab } from '../lab/windows/lab.ts';

export interface Answer {
  readonly code: number;
  readonly output: string;
}

/**
 * Runs a command line on a client as anybody with the key would, with the ssh of this machine.
 * Exit code 255: not reached.
 */
export function ssh(lab: WindowsLab, { place, prefix }: WindowsClient, command: string): Promise<Answer> {
  const options = [
    'BatchMode=yes',
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    'LogLevel=ERROR',
  ];
  const args = [
    '-F',
    'none',
    '-i',
    lab.userKey,
    '-p',
    String(place.port),
    ...options.flatMap((each) => ['-o', each]),
  ];
  return new Promise((resolve) => {
    execFile('ssh', [...args, `root@${place.address}`, command], { cwd: prefix }, (error, stdout) => {
      const code = error === null ? 0 : Number(error.code ?? 255);
      resolve({ code, output: stdout.replaceAll('\r', '') });
    });
  });
}

/** How a gateway reaches the clients of a lab whose sshds listen on this port. */
export const sshSettingsOf = (lab: WindowsLab, port: number): SshSettings => ({
  user: 'root',
  privateKey: readFileSync(lab.userKey),
  passphrase: null,
  agent: null,
  password: null,
  knownHosts: parseKnownHosts(''),
  trustInto: null,
  port,
  timeouts: { connect: 60_000, handshake: windowsPatienceMs, keepalive: 120_000, idle: 10_000 },
  handshakes: 10,
});
