import { parseKnownHosts } from '../../workers/gateways/windows-ssh/config/known-hosts.ts';
import type { SshSettings } from '../../workers/gateways/windows-ssh/config/settings.ts';
import type { SshKeys } from '../lab/ssh/server.ts';

/** Settings of the gateway to a lab machine, whose host key the target names. */
export const settingsWith = ({ userKey }: Pick<SshKeys, 'userKey'>): SshSettings => ({
  user: 'servpack',
  privateKey: userKey,
  passphrase: null,
  agent: null,
  password: null,
  knownHosts: parseKnownHosts(''),
  trustInto: null,
  port: 22,
  timeouts: { connect: 5_000, handshake: 10_000, keepalive: 15_000, idle: 5_000 },
  handshakes: 10,
});
