import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import ssh2 from 'ssh2';
import type { z } from 'zod';
import { err, type Fault, fault, ok, type Result } from '../../../../shared/errors.ts';
import { reasonOf } from '../../../../shared/reason-of.ts';
import { across, amount, count, field, section, text } from '../../../../shared/input/fields.ts';
import { readOperatorFile, readOperatorText } from '../../../../shared/input/operator-file.ts';
import { readSecretFile, readSecretText } from '../../../../shared/input/secret-file.ts';
import { printFaults } from '../../../../shared/input/input-fault.ts';
import { parseYaml } from '../../../../shared/input/yaml-input.ts';
import { type KnownHosts, parseKnownHosts } from './known-hosts.ts';

const isTrue = () => field('true or false', (value) => (typeof value === 'boolean' ? value : undefined));

const seconds = (usual: number) => amount(1, 3_600, ' seconds').default(usual);

const timeouts = section({
  /**
   * `connect`: until the TCP connection is open. `handshake`: from there until the login is done.
   */
  connect: seconds(10),
  handshake: seconds(20),
  /** An open connection on which nothing arrives for so long is given up. */
  keepalive: seconds(15),
  /** A connection that is not used for so long is closed. */
  idle: seconds(10),
});

const usualTimeouts = { connect: 10, handshake: 20, keepalive: 15, idle: 10 };

/** The form of the file that `SERVPACK_SSH_CONFIG` names. */
export const sshForm = across(
  section({
    user: text('the name of the account, such as CORP\\servpack'),
    keyFile: text('a path').nullable().default(null),
    /** The file with the passphrase of the key. servpack writes its content nowhere. */
    passphraseFile: text('a path').nullable().default(null),
    /** The socket of an SSH agent; `env` = the socket in SSH_AUTH_SOCK. */
    agent: text('a path, or env').nullable().default(null),
    passwordFile: text('a path').nullable().default(null),
    knownHosts: text('a path').nullable().default(null),
    /**
     * Accepts an unknown key and writes it into `knownHosts`. A changed key is refused all the
     * same.
     */
    trustOnFirstUse: isTrue().default(false),
    port: count(1, 65_535).default(22),
    timeouts: timeouts.default(usualTimeouts),
    /**
     * Handshakes at once: each costs some milliseconds of a core, and a request to a domain
     * controller.
     */
    handshakes: count(1, 500).default(20),
  }),
  ({ keyFile, agent, passwordFile, knownHosts, trustOnFirstUse }, blame) => {
    if (keyFile === null && agent === null && passwordFile === null)
      blame(['keyFile'], 'is missing', 'one of keyFile, agent and passwordFile');
    if (trustOnFirstUse === true && knownHosts === null)
      blame(['knownHosts'], 'is missing', 'the file in which trusted keys are written down');
  },
);

/**
 * The settings of the SSH gateway, with the secrets that the file names. Secrets appear in no log
 * and no error.
 */
export interface SshSettings {
  readonly user: string;
  readonly privateKey: Buffer | null;
  readonly passphrase: string | null;
  readonly agent: string | null;
  readonly password: string | null;
  readonly knownHosts: KnownHosts;
  /** The file that receives keys trusted at first use; null = unknown keys are refused. */
  readonly trustInto: string | null;
  readonly port: number;
  /** Milliseconds. */
  readonly timeouts: z.output<typeof timeouts>;
  readonly handshakes: number;
}

/**
 * Reads the settings file and the files that it names, relative to its folder. Reports all faults
 * of the file at once.
 */
export function readSshSettings(
  file: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Result<SshSettings, Fault> {
  const source = readOperatorText(file);
  if (!source.ok) return err(fault('config.ssh', `SERVPACK_SSH_CONFIG: ${whyNotRead(file, source.error)}`));
  const parsed = parseYaml(source.value, file, sshForm);
  if (!parsed.ok) return err(fault('config.ssh', printFaults(parsed.error).join('; '), parsed.error));
  const given = parsed.value;
  const refer = (path: string | null, key: string): Result<Buffer | null, Fault> =>
    path === null ? ok(null) : readReferred(resolve(dirname(file), path), `${file}: ${key}`);
  const referSecret = (path: string | null): Result<Buffer | null, Fault> => {
    if (path === null) return ok(null);
    const read = readSecretFile(resolve(dirname(file), path), isPublicHalf);
    return read.ok ? read : err(fault('config.ssh', `${file}: keyFile: ${read.error}`));
  };
  const readSecret = (path: string | null, key: string): Result<string | null, Fault> => {
    if (path === null) return ok(null);
    const read = readSecretText(resolve(dirname(file), path));
    return read.ok ? ok(firstLine(read.value)) : err(fault('config.ssh', `${file}: ${key}: ${read.error}`));
  };
  const key = referSecret(given.keyFile);
  if (!key.ok) return key;
  const passphrase = readSecret(given.passphraseFile, 'passphraseFile');
  if (!passphrase.ok) return passphrase;
  const password = readSecret(given.passwordFile, 'passwordFile');
  if (!password.ok) return password;
  const knownPath = given.knownHosts === null ? null : resolve(dirname(file), given.knownHosts);
  const isNew = given.trustOnFirstUse === true && knownPath !== null && !existsSync(knownPath);
  const known = isNew ? ok(null) : refer(given.knownHosts, 'knownHosts');
  if (!known.ok) return known;
  const agent = given.agent === 'env' ? (env['SSH_AUTH_SOCK'] ?? null) : given.agent;
  if (given.agent === 'env' && agent === null)
    return err(fault('config.ssh', `${file}: agent: SSH_AUTH_SOCK is not set`));
  const secrets = {
    key: key.value,
    passphrase: passphrase.value,
    password: password.value,
    agent,
  };
  const useless =
    whyUseless(secrets) ?? (given.trustOnFirstUse && knownPath !== null ? whyNotWritable(knownPath) : null);
  if (useless !== null) return err(fault('config.ssh', `${file}: ${useless}`));
  const inMs = ([name, value]: [string, number]): [string, number] => [name, value * 1_000];
  return ok({
    user: given.user,
    privateKey: key.value,
    passphrase: secrets.passphrase,
    agent,
    password: secrets.password,
    knownHosts: parseKnownHosts(known.value?.toString('utf8') ?? ''),
    trustInto: given.trustOnFirstUse ? knownPath : null,
    port: given.port,
    timeouts: Object.fromEntries(Object.entries(given.timeouts).map(inMs)) as SshSettings['timeouts'],
    handshakes: given.handshakes,
  });
}

/** Containers are mostly started before this file is written. */
const whyNotRead = (file: string, because: string): string =>
  !because.includes('there is no such file')
    ? because
    : `${file} does not exist; write into it how the worker logs in to clients, with the private key and ` +
      'known_hosts beside it (docs/windows.md)';

const firstLine = (text: string): string => text.split(/\r?\n/)[0] ?? '';

/** Comments of a key or of known hosts may be in any code page. */
function readReferred(path: string, who: string): Result<Buffer, Fault> {
  const read = readOperatorFile(path);
  return read.ok ? read : err(fault('config.ssh', `${who}: ${read.error}`));
}

interface Secrets {
  readonly key: Buffer | null;
  readonly passphrase: string | null;
  readonly password: string | null;
  readonly agent: string | null;
}

/**
 * Why a login with these secrets fails on every client, whatever the client is; null = it may work.
 * A key is read here as the login reads it: the public half, a key of PuTTY, a missing passphrase
 * (ssh2 issues 959 and 191) end the worker at its start and are charged to no client. No message
 * holds anything of a secret.
 */
function whyUseless({ key, passphrase, password, agent }: Secrets): string | null {
  if (passphrase === '') return 'passphraseFile: holds no passphrase in its first line';
  if (password === '') return 'passwordFile: holds no password in its first line';
  if (agent !== null && !isAgent(agent)) return `agent: no agent listens at ${agent}`;
  if (key === null) return null;
  const parsed = ssh2.utils.parseKey(key, passphrase ?? undefined);
  if (parsed instanceof Error) return `keyFile: is no key that can be used (${parsed.message})`;
  return isPublicHalf(key)
    ? 'keyFile: holds the public half of a key; the login needs the private one'
    : null;
}

function isPublicHalf(key: Buffer): boolean {
  const parsed = ssh2.utils.parseKey(key);
  if (parsed instanceof Error) return false;
  const [first] = Array.isArray(parsed) ? parsed : [parsed];
  return first?.isPrivateKey() === false;
}

/** On Windows an agent is a named pipe or Pageant, which cannot be looked at. */
const isAgent = (path: string): boolean =>
  process.platform === 'win32' || statSync(path, { throwIfNoEntry: false })?.isSocket() === true;

/** A key that is not written down would be trusted again after a restart, whatever key it is. */
function whyNotWritable(knownHosts: string): string | null {
  try {
    accessSync(existsSync(knownHosts) ? knownHosts : dirname(knownHosts), constants.W_OK);
    return null;
  } catch (thrown) {
    return `knownHosts: trusted keys cannot be written into it: ${reasonOf(thrown)}`;
  }
}
