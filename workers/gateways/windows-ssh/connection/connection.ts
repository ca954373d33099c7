import { Client, type ClientChannel, type ConnectConfig, type SFTPWrapper } from 'ssh2';
import { err, messageOf, ok } from '../../../../shared/errors.ts';
import type { GatewayResult, Target } from '../../gateway.ts';
import { objection, writeDown } from '../config/host-key.ts';
import type { SshSettings } from '../config/settings.ts';

/** A longer output of one command is `garbled`. */
const outputBytesAtMost = 8 * 1024 * 1024;

/** The output of a command until its channel closed. */
export interface Executed {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/** An SSH connection to one client. A broken connection stays broken; `Connections` replaces it. */
export class Connection {
  readonly #client: Client;
  #sftp: Promise<SFTPWrapper> | null = null;
  #isOpen = true;
  readonly #sent: () => void;
  /**
   * Texts of files by path, as the newest look over this connection read them; they may be out of
   * date.
   */
  readonly texts = new Map<string, string>();

  private constructor(client: Client, sent: () => void) {
    this.#client = client;
    this.#sent = sent;
    client.once('close', () => (this.#isOpen = false));
    // The `close` event reports the loss. An `error` event without a listener would end the
    // process.
    client.on('error', () => undefined);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /**
   * Connects and logs in.
   * @param sent called for every command line
   * @returns `unreachable` with the reason when there is no connection: nothing was done on the
   * client
   */
  static async open(
    settings: SshSettings,
    target: Target,
    sent: () => void = () => undefined,
  ): Promise<GatewayResult<Connection>> {
    const port = target.port ?? settings.port;
    const client = new Client();
    const { promise, resolve } = Promise.withResolvers<GatewayResult<Connection>>();
    let refusal: string | null = null;
    const fail = (message: string): void =>
      resolve(err({ kind: 'unreachable', message: `${target.host}:${port}: ${refusal ?? message}` }));
    client.once('ready', () => resolve(ok(new Connection(client, sent))));
    // A command is a few small packets; with Nagle's algorithm each would wait 40 ms for an
    // acknowledgement.
    client.once('connect', () => client.setNoDelay(true));
    client.on('error', (error) => fail(error.message));
    client.once('close', () => fail('the connection was closed before the login'));
    const verify = (key: Buffer): boolean => {
      refusal = objection(settings, target, port, key);
      if (refusal === null) trust(settings, target, port, key);
      return refusal === null;
    };
    const deadline = setTimeout(() => {
      fail(`no login within ${(settings.timeouts.connect + settings.timeouts.handshake) / 1_000} s`);
      client.destroy();
    }, settings.timeouts.connect + settings.timeouts.handshake);
    try {
      client.connect(configOf(settings, target, port, verify));
    } catch (thrown) {
      fail(messageOf(thrown));
    }
    const opened = await promise;
    clearTimeout(deadline);
    if (!opened.ok) client.destroy();
    return opened;
  }

  /** Runs one line until its channel has closed, the signal aborts, or the connection breaks. */
  exec(line: string, signal: AbortSignal): Promise<GatewayResult<Executed>> {
    const { promise, resolve } = Promise.withResolvers<GatewayResult<Executed>>();
    this.#sent();
    const lost = (): void => resolve(err({ kind: 'cutOff', message: 'the connection broke' }));
    this.#client.once('close', lost);
    try {
      this.#client.exec(line, (error, channel) => {
        if (error !== undefined) return resolve(err({ kind: 'cutOff', message: error.message }));
        collect(channel, signal, resolve);
      });
    } catch (thrown) {
      resolve(err({ kind: 'cutOff', message: messageOf(thrown) }));
    }
    return promise.finally(() => this.#client.off('close', lost));
  }

  /**
   * Does work over SFTP. Rejects when the connection breaks first: ssh2 never answers on a broken
   * one.
   */
  async unlessBroken<T>(work: (sftp: SFTPWrapper) => Promise<T>): Promise<T> {
    const { promise: broken, reject } = Promise.withResolvers<never>();
    const lost = (): void => reject(new Error('the connection broke'));
    this.#client.once('close', lost);
    if (!this.#isOpen) lost();
    try {
      return await Promise.race([broken, this.#openSftp().then(work)]);
    } finally {
      this.#client.off('close', lost);
    }
  }

  close(): void {
    this.#client.end();
    this.#client.destroy();
  }

  #openSftp(): Promise<SFTPWrapper> {
    this.#sftp ??= new Promise<SFTPWrapper>((resolve, reject) => {
      this.#client.sftp((error, sftp) => {
        // The next work opens SFTP again.
        const forget = (): void => void (this.#sftp = null);
        if (error !== undefined) {
          forget();
          return reject(error);
        }
        // Bytes that are no SFTP fail the work. An `error` event without a listener would end the
        // process.
        sftp.on('error', forget);
        sftp.on('close', forget);
        resolve(sftp);
      });
    });
    return this.#sftp;
  }
}

/** Keeps a key that is trusted at its first use: from now on another one is refused. */
function trust({ knownHosts, trustInto }: SshSettings, { host }: Target, port: number, key: Buffer): void {
  if (trustInto === null || knownHosts.judge(host, port, key) !== 'unknown') return;
  knownHosts.learn(host, port, key);
  void writeDown(trustInto, host, port, key).catch(() => undefined);
}

function collect(
  channel: ClientChannel,
  signal: AbortSignal,
  resolve: (result: GatewayResult<Executed>) => void,
): void {
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  let bytes = 0;
  let ended = false;
  const take = (into: Buffer[]) => (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= outputBytesAtMost) into.push(chunk);
    else give(err({ kind: 'garbled', message: `more than ${outputBytesAtMost} bytes of output` }));
  };
  const give = (result: GatewayResult<Executed>): void => {
    signal.removeEventListener('abort', giveUp);
    resolve(result);
    if (!ended) channel.close();
  };
  const giveUp = (): void => give(err({ kind: 'cutOff', message: 'given up while the client worked on it' }));
  channel.on('data', take(stdout));
  channel.stderr.on('data', take(stderr));
  // Some programs wait for input that never comes.
  channel.end();
  channel.once('close', () => {
    ended = true;
    give(ok({ stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) }));
  });
  signal.addEventListener('abort', giveUp, { once: true });
  if (signal.aborted) giveUp();
}

function configOf(
  settings: SshSettings,
  target: Target,
  port: number,
  verify: (key: Buffer) => boolean,
): ConnectConfig {
  const { user, privateKey, passphrase, agent, password, timeouts, knownHosts } = settings;
  const types = target.hostKeys.length > 0 ? [] : knownHosts.typesOf(target.host, port);
  return {
    host: target.host,
    port,
    username: user,
    ...(privateKey === null ? {} : { privateKey }),
    ...(passphrase === null ? {} : { passphrase }),
    ...(agent === null ? {} : { agent }),
    ...(password === null ? {} : { password }),
    hostVerifier: verify,
    timeout: timeouts.connect,
    readyTimeout: timeouts.connect + timeouts.handshake,
    keepaliveInterval: Math.ceil(timeouts.keepalive / 3),
    keepaliveCountMax: 3,
    ...(types.length === 0 ? {} : { algorithms: { serverHostKey: keyAlgorithms(types) } }),
  };
}

/**
 * The signature algorithms of the known key types: without them the host may show a key of another
 * type.
 */
const keyAlgorithms = (types: readonly string[]) =>
  types.flatMap((type) =>
    type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] : [type],
  ) as NonNullable<NonNullable<ConnectConfig['algorithms']>['serverHostKey']>;
