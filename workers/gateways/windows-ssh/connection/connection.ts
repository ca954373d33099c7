import { connect, type Socket } from 'node:net';
import { Client, type ClientChannel, type ConnectConfig, type SFTPWrapper } from 'ssh2';
import { err, ok } from '../../../../shared/errors.ts';
import { reasonOf } from '../../../../shared/reason-of.ts';
import type { GatewayResult, Target } from '../../../../shared/execution/gateway.ts';
import { objection, writeDown } from '../config/host-key.ts';
import { fingerprintOf } from '../config/known-hosts.ts';
import type { SshSettings } from '../config/settings.ts';
import { Inflow } from './inflow.ts';
import { type Executed, outputOf } from './output.ts';

/**
 * Real time that a client has to end a cancelled call; after it the connection is ended.
 */
const endsWithinMs = 2_000;

const givenUp = 'given up while the client worked on it';

/** An SSH connection to one client. A broken connection stays broken; `Connections` replaces it. */
export class Connection {
  readonly #client: Client;
  readonly #socket: Socket;
  readonly #inflow: Inflow;
  #sftp: Promise<SFTPWrapper> | null = null;
  #isOpen = true;
  #brokenBy: string | null = null;
  #hostKey = '';
  readonly #sent: () => void;
  /**
   * Texts of files by path, as the newest look over this connection read them; they may be out of
   * date.
   */
  readonly texts = new Map<string, string>();

  private constructor(client: Client, socket: Socket, sent: () => void) {
    this.#client = client;
    this.#socket = socket;
    this.#sent = sent;
    this.#inflow = new Inflow(socket, (why) => this.#break(why));
    client.once('connect', () => this.#inflow.watch());
    client.on('handshake', () => this.#inflow.exchangedKeys());
    client.once('close', () => (this.#isOpen = false));
    // The `close` event reports the loss. An `error` event without a listener would end the
    // process.
    client.on('error', () => undefined);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Fingerprint of the key that the host shows: another machine at its address has another. */
  get hostKey(): string {
    return this.#hostKey;
  }

  /**
   * Connects and logs in.
   * @param sent called for every command line
   * @param signal gives the login up
   * @returns `unreachable` with the reason when there is no connection: nothing was done on the
   * client
   */
  static async open(
    settings: SshSettings,
    target: Target,
    sent: () => void = () => undefined,
    signal?: AbortSignal,
  ): Promise<GatewayResult<Connection>> {
    const port = target.port ?? settings.port;
    const client = new Client();
    const socket = connect(port, target.host);
    const connection = new Connection(client, socket, sent);
    const { promise, resolve } = Promise.withResolvers<GatewayResult<Connection>>();
    let refusal: string | null = null;
    const fail = (message: string): void => {
      const because = refusal ?? connection.#brokenBy ?? message;
      resolve(err({ kind: 'unreachable', message: `${target.host}:${port}: ${because}` }));
    };
    client.once('ready', () => resolve(ok(connection)));
    // A command is a few small packets; with Nagle's algorithm each would wait 40 ms for an
    // acknowledgement.
    client.once('connect', () => client.setNoDelay(true));
    client.on('error', (error) => fail(reasonOf(error)));
    client.once('close', () => fail('the connection was closed before the login'));
    const giveUp = (): void => fail('the login was given up');
    const verify = (key: Buffer): boolean => {
      refusal = objection(settings, target, port, key);
      if (refusal === null) trust(settings, target, port, key);
      connection.#hostKey = fingerprintOf(key);
      return refusal === null;
    };
    const withinMs = settings.timeouts.connect + settings.timeouts.handshake;
    const deadline = setTimeout(() => fail(`no login within ${withinMs / 1_000} s`), withinMs);
    signal?.addEventListener('abort', giveUp, { once: true });
    if (signal?.aborted === true) giveUp();
    try {
      client.connect({ ...configOf(settings, target, port, verify), sock: socket });
    } catch (thrown) {
      fail(reasonOf(thrown));
    }
    const opened = await promise;
    clearTimeout(deadline);
    signal?.removeEventListener('abort', giveUp);
    if (!opened.ok) socket.destroy();
    return opened;
  }

  /** The client may send so many bytes more; a client that sends more is cut off. */
  allow(bytes: number): void {
    this.#inflow.allow(bytes);
  }

  /**
   * Runs one line until its channel has closed, the signal aborts, or the connection breaks. After
   * an abort the client has two seconds to end the command, or its connection is ended.
   * @param heard called with each piece of what the line prints, as it comes
   */
  exec(line: string, signal: AbortSignal, heard?: (piece: Buffer) => void): Promise<GatewayResult<Executed>> {
    this.#sent();
    const { promise: closed, resolve: close } = Promise.withResolvers<void>();
    const output = this.#openChannel(line).then((channel) => {
      channel.once('close', () => close());
      return outputOf(channel, signal, heard);
    });
    output.then(
      (result) => void (result.ok || this.#mustEnd(closed)),
      () => close(),
    );
    return this.#unlessLost(output, signal, closed).catch((thrown: unknown) =>
      err({ kind: 'cutOff', message: reasonOf(thrown) }),
    );
  }

  /**
   * Does work over SFTP. Rejects when the connection breaks first, or the signal aborts: ssh2 never
   * answers on a broken connection, and a client may never answer at all. The work must not ask
   * again once the signal has aborted.
   */
  overSftp<T>(signal: AbortSignal, work: (sftp: SFTPWrapper) => Promise<T>): Promise<T> {
    const done = this.#openSftp().then((sftp) => {
      signal.throwIfAborted();
      return work(sftp);
    });
    return this.#unlessLost(done, signal, done);
  }

  close(): void {
    this.#client.end();
    // `destroy` of ssh2 leaves a socket open that `end` has closed for writing; the client could go
    // on sending.
    this.#socket.destroy();
  }

  /** Rejects when the connection breaks, and when the signal aborts, by which `ended` must end. */
  async #unlessLost<T>(done: Promise<T>, signal: AbortSignal, ended: Promise<unknown>): Promise<T> {
    const { promise: lost, reject } = Promise.withResolvers<never>();
    const broken = (): void => reject(new Error(this.#brokenBy ?? 'the connection broke'));
    const giveUp = (): void => {
      reject(new Error(givenUp));
      this.#mustEnd(ended);
    };
    this.#client.once('close', broken);
    signal.addEventListener('abort', giveUp, { once: true });
    if (!this.#isOpen) broken();
    if (signal.aborted) giveUp();
    try {
      return await Promise.race([lost, done]);
    } finally {
      this.#client.off('close', broken);
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** Ends the connection unless the client ends the cancelled call in time. */
  #mustEnd(ended: Promise<unknown>): void {
    const timer = setTimeout(() => this.#break('the client goes on with what was given up'), endsWithinMs);
    timer.unref();
    const inTime = (): void => clearTimeout(timer);
    ended.then(inTime, inTime);
  }

  #break(why: string): void {
    this.#brokenBy ??= why;
    this.#socket.destroy();
  }

  #openChannel(line: string): Promise<ClientChannel> {
    return new Promise((resolve, reject) =>
      this.#client.exec(line, (error, channel) => (error === undefined ? resolve(channel) : reject(error))),
    );
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

function configOf(
  settings: SshSettings,
  target: Target,
  port: number,
  verify: (key: Buffer) => boolean,
): ConnectConfig {
  const { user, privateKey, passphrase, agent, password, timeouts, knownHosts } = settings;
  const types = target.hostKeys.length > 0 ? [] : knownHosts.typesOf(target.host, port);
  return {
    username: user,
    ...(privateKey === null ? {} : { privateKey }),
    ...(passphrase === null ? {} : { passphrase }),
    ...(agent === null ? {} : { agent }),
    ...(password === null ? {} : { password }),
    hostVerifier: verify,
    readyTimeout: timeouts.connect + timeouts.handshake,
    keepaliveInterval: Math.ceil(timeouts.keepalive / 3),
    keepaliveCountMax: 3,
    algorithms: {
      // A packet of a few kilobytes unpacks to megabytes.
      compress: ['none'],
      hmac: { remove: ['hmac-sha1', 'hmac-sha1-etm@openssh.com'], append: [], prepend: [] },
      serverHostKey:
        types.length === 0 ? { remove: ['ssh-rsa'], append: [], prepend: [] } : keyAlgorithms(types),
    },
  };
}

/**
 * The signature algorithms of the known key types: without them the host may show a key of another
 * type. A key of type ssh-rsa signs with SHA-2 (RFC 8332, OpenSSH 7.2). With SHA-1 it proves
 * little.
 */
const keyAlgorithms = (types: readonly string[]) =>
  types.flatMap((type) => (type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [type])) as NonNullable<
    NonNullable<ConnectConfig['algorithms']>['serverHostKey']
  >;
