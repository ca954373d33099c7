import { childEnvironment } from '../../../orchestrator/child-environment.ts';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { windowsPatienceMs } from '../../environment/patience.ts';
import { heldCommand } from './hold.ts';
import { wineEnvironment, wineLoader } from './wine.ts';

/** An Ed25519 key pair in `path` and `path.pub`. */
export function makeKey(path: string): void {
  const { status, stderr } = spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', path]);
  if (status !== 0) throw new Error(`ssh-keygen: ${String(stderr)}`);
}

/** As ssh-keygen -l prints it: SHA256:… */
export function fingerprintOf(publicKey: string): string {
  const { stdout } = spawnSync('ssh-keygen', ['-l', '-f', publicKey], { encoding: 'utf8' });
  return /SHA256:\S+/.exec(stdout)?.[0] ?? '';
}

export interface SshdPlace {
  readonly prefix: string;
  readonly address: string;
  readonly port: number;
  /** The public key that may log in. */
  readonly userKey: string;
  /** Programs over ssh may read the logon server's share; a key login on Windows may not. */
  readonly readsShares: boolean;
}

/** Writes the host key, the configuration, and the command that stands between sshd and Windows. */
export function prepareSshd(place: SshdPlace): void {
  mkdirSync(join(place.prefix, 'home'));
  makeKey(join(place.prefix, 'host_key'));
  writeFileSync(join(place.prefix, 'remote-exec'), remoteExec(place));
  chmodSync(join(place.prefix, 'remote-exec'), 0o755);
  writeFileSync(join(place.prefix, 'sshd_config'), configuration(place));
}

export const hostKeyOf = (prefix: string): string =>
  readFileSync(join(prefix, 'host_key.pub'), 'utf8').trim();

/**
 * The empty home keeps root's start-up files of this machine out of it: a bash that sshd starts
 * reads them before every request, and their actions and exit codes would appear as those of the
 * client.
 */
const configuration = ({ prefix, address, port, userKey }: SshdPlace): string =>
  [
    `ListenAddress ${address}`,
    `Port ${port}`,
    `HostKey ${prefix}/host_key`,
    'PidFile none',
    `AuthorizedKeysFile ${userKey}`,
    'AuthenticationMethods publickey',
    'PermitRootLogin prohibit-password',
    'StrictModes no',
    'UsePAM no',
    'PermitTTY no',
    'PermitUserRC no',
    `SetEnv HOME=${prefix}/home`,
    'DisableForwarding yes',
    'MaxSessions 50',
    'MaxStartups 200',
    'UseDNS no',
    'PrintMotd no',
    'Subsystem sftp /sftp-server',
    `ForceCommand ${prefix}/remote-exec`,
    'LogLevel VERBOSE',
    '',
  ].join('\n');

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * The shell script that sshd runs for every request: sftp in the chroot, anything else as a command
 * line of Windows. Without CAP_DAC_OVERRIDE permissions apply to root, so root cannot enter the
 * folder of UNC paths.
 */
function remoteExec({ prefix, readsShares }: SshdPlace): string {
  const environment = Object.entries(wineEnvironment(prefix)).map(
    ([name, value]) => `${name}=${quoted(value)}`,
  );
  const command = [
    ...(readsShares ? [] : ['setpriv', '--bounding-set=-dac_override,-dac_read_search']),
    'setarch -R env -i',
    ...environment,
    'SSH_CONNECTION="$SSH_CONNECTION" LAB_COMMAND="${SSH_ORIGINAL_COMMAND:-ver}"',
    `${wineLoader} 'C:\\LAB\\sshrun.exe'`,
  ].join(' ');
  const home = quoted(prefix);
  return [
    '#!/bin/sh',
    'case "$SSH_ORIGINAL_COMMAND" in',
    `*sftp-server*) exec chroot ${home}/root /sftp-server ;;`,
    'esac',
    `cd ${home}/drive_c/users/Administrator || exit 250`,
    ...heldCommand(home, command),
    '',
  ].join('\n');
}

/** Starts the client's sshd, and waits until it accepts connections. */
export async function startSshd({ prefix, address, port }: SshdPlace): Promise<ChildProcess> {
  const config = join(prefix, 'sshd_config');
  const log = join(prefix, 'sshd.log');
  const sshd = spawn('/usr/sbin/sshd', ['-D', '-f', config, '-E', log], {
    stdio: 'ignore',
    env: childEnvironment(process.env),
  });
  const deadline = Date.now() + windowsPatienceMs;
  while (!(await accepts(address, port))) {
    if (sshd.exitCode !== null || sshd.signalCode !== null || Date.now() > deadline)
      throw new Error(`no sshd on ${address}:${port}: ${readFileSync(log, 'utf8').slice(-300)}`);
    await pause(20);
  }
  return sshd;
}

/** Whether connections are accepted there. */
export function accepts(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, address);
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
