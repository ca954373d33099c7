import { expect, onTestFinished, test } from 'vitest';
import { targetOf } from '../../shared/execution/gateway.ts';
import { parseKnownHosts } from '../../workers/gateways/windows-ssh/config/known-hosts.ts';
import { connectSshGateway } from '../../workers/gateways/windows-ssh/gateway.ts';
import { settingsWith } from '../contract/ssh-settings.ts';
import { openOneMachine } from '../lab/ssh/one-machine.ts';
import { patienceMs } from '../environment/patience.ts';
import { makeSshKeys } from '../lab/ssh/server.ts';

const keys = makeSshKeys();

/** Reads a file of a machine whose host key is known by `lines`. */
async function reach(lines: (name: string) => string) {
  const machine = await openOneMachine('pcmInBin', keys);
  onTestFinished(() => machine.close());
  const name = `[127.0.0.1]:${machine.server.port}`;
  const good = `${name} ssh-ed25519 ${keys.hostKeyBytes.toString('base64')}\n`;
  const knownHosts = parseKnownHosts(lines(name) + good);
  const gateway = connectSshGateway({
    settings: { ...settingsWith(keys), knownHosts },
    deadlineMs: patienceMs,
  });
  onTestFinished(() => gateway.close());
  const target = targetOf({ client: machine.client, host: '127.0.0.1', port: machine.server.port });
  return gateway.hashFile(target, 'C:\\SMS.INI', AbortSignal.timeout(patienceMs));
}

// paramiko issue 490, openssh-portable pull 567.
test.each([
  ['nothing else', () => ''],
  ['a key of SSH 1', (name: string) => `${name} 1024 35 123891283981239812938192381923\n`],
  ['a torn key of a type without support', (name: string) => `${name} sk-ssh-ed25519@openssh.com AAAAGnNr\n`],
  ['a revoked key', (name: string) => `@revoked ${name} ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB\n`],
])('a client whose known_hosts has beside its key %s is reached', async (_, lines) => {
  expect(await reach(lines)).toMatchObject({ ok: true });
});
