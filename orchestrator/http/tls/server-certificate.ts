import { randomBytes, X509Certificate } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Logger } from 'pino';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import { readOperatorFile } from '../../../shared/input/operator-file.ts';
import { readSecretFile } from '../../../shared/input/secret-file.ts';
import { Followed } from '../../followed.ts';
import type { ClientCertificates } from '../access/client-certificates.ts';
import type { CertificateFiles } from '../../../shared/listener-settings.ts';
import { reasonOf } from '../../../shared/reason-of.ts';

/** Which certificate it is: words for sentences, and the settings that name its files. */
export interface CertificateUse {
  /** `the API`, `the check-ins` */
  readonly of: string;
  readonly settings: { readonly cert: string; readonly key: string };
  /** Cipher suites of TLS 1.2 and 1.3; left out = those of Node. */
  readonly ciphers?: string;
}

/** Real time between two looks at the files: a renewed certificate is used that soon. */
const lookEveryMs = 10_000;
/** Real time in which a caller must have agreed on the encryption. */
const handshakeTimeoutMs = 10_000;

interface CertificateOptions {
  readonly log: Logger;
  /** Which certificates callers may show; null or left out = they are asked for none. */
  readonly clients?: ClientCertificates | null;
  /** Real time between two looks at the files. */
  readonly everyMs?: number;
}

interface Pair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/**
 * The certificate of a listener, which follows its files: what is put there is used for new
 * connections without a restart. A pair that cannot be used leaves the one of before in use, and
 * `trouble` says why.
 */
export class ServerCertificate {
  readonly of: string;
  /** Which certificates callers may show; null = they are asked for none. */
  readonly clients: ClientCertificates | null;
  readonly #ciphers: string | undefined;
  readonly #followed: Followed<Pair>;
  readonly #log: Logger;
  readonly #everyMs: number;
  readonly #servers = new Set<Server>();
  #timer: NodeJS.Timeout | undefined;

  private constructor(
    use: CertificateUse,
    files: CertificateFiles,
    first: Pair,
    options: CertificateOptions,
  ) {
    const { log, clients = null, everyMs = lookEveryMs } = options;
    this.of = use.of;
    this.clients = clients;
    this.#ciphers = use.ciphers;
    this.#log = log;
    this.#everyMs = everyMs;
    this.#followed = new Followed(first, {
      read: () => readPair(use, files),
      isSame: (before, now) => before.cert.equals(now.cert) && before.key.equals(now.key),
      onTrouble: (because) =>
        log.error({ because }, `a certificate of ${use.of} cannot be used; the one of before stays in use`),
    });
  }

  /** Faults: `config.certificate`, for files that cannot be used at the start. */
  static open(
    use: CertificateUse,
    files: CertificateFiles,
    options: CertificateOptions,
  ): Result<ServerCertificate> {
    const pair = readPair(use, files);
    return pair.ok ? ok(new ServerCertificate(use, files, pair.value, options)) : pair;
  }

  /** Why the files cannot be used now; null = what they hold is in use. */
  get trouble(): string | null {
    return this.#followed.trouble;
  }

  /** The certificate in use. */
  get certificate(): X509Certificate {
    return new X509Certificate(this.#followed.value.cert);
  }

  /** The part of the options of Fastify that makes a listener one with this certificate. */
  listener() {
    return {
      https: this.#options(),
      serverFactory: (handler: RequestListener, { requestTimeout, keepAliveTimeout }: Timeouts) => {
        const server = createServer(
          {
            ...this.#options(),
            handshakeTimeout: handshakeTimeoutMs,
            // Most callers have none; what a certificate is worth is decided for each request.
            ...(this.clients === null ? {} : { requestCert: true, rejectUnauthorized: false }),
          },
          handler,
        );
        // The framework sets these on servers of its own only.
        if (requestTimeout !== undefined) server.requestTimeout = requestTimeout;
        if (keepAliveTimeout !== undefined) server.keepAliveTimeout = keepAliveTimeout;
        this.#servers.add(server);
        this.#timer ??= setInterval(() => this.#look(), this.#everyMs).unref();
        server.on('close', () => this.#leave(server));
        return server;
      },
    };
  }

  /** Looks at the files, and uses what they hold. */
  #look(): void {
    const haveClientsChanged = this.clients?.look() === true;
    const isNew = this.#lookAtPair();
    if (!isNew && !haveClientsChanged) return;
    for (const server of this.#servers) server.setSecureContext(this.#options());
  }

  /** Returns whether listeners need the pair: it is another one, or the same after a fault. */
  #lookAtPair(): boolean {
    if (this.#followed.look() === 'same') return false;
    const { subject, validTo } = this.certificate;
    this.#log.info({ subject, validTo }, `the certificate of ${this.of} is in use from now on`);
    return true;
  }

  #leave(server: Server): void {
    this.#servers.delete(server);
    if (this.#servers.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** TLS 1.2 or newer, also where the defaults of the process allow older versions. */
  #options(): SecureContextOptions & { readonly ticketKeys: Buffer } {
    return {
      ...this.#followed.value,
      minVersion: 'TLSv1.2',
      ...(this.#ciphers === undefined ? {} : { ciphers: this.#ciphers }),
      ...(this.clients === null ? {} : { ca: this.clients.authorities }),
      // New ones: no session of before is taken up under other certificates.
      ticketKeys: randomBytes(48),
    };
  }
}

interface Timeouts {
  readonly requestTimeout?: number;
  readonly keepAliveTimeout?: number;
}

function readPair({ of, settings }: CertificateUse, files: CertificateFiles): Result<Pair> {
  const [cert, key] = [readOperatorFile(files.cert), readOperatorFile(files.key)];
  if (!cert.ok) return refuse(`the certificate of ${of}, ${files.cert}, ${cert.error}`);
  if (!key.ok) return refuse(`the key of ${of}, ${files.key}, ${key.error}`);
  try {
    const pair = { cert: cert.value, key: key.value };
    // Throws for what is no PEM, for a key with a passphrase, and for a key of another certificate.
    createSecureContext(pair);
    // Only now, because a certificate that stands in place of the key may be read by everybody.
    const secret = readSecretFile(files.key);
    return secret.ok ? ok(pair) : refuse(`the key of ${of}, ${files.key}, ${secret.error}`);
  } catch (error) {
    return refuse(
      `the certificate of ${of} cannot be used: ${reasonOf(error)}; ` +
        `correct ${settings.cert} (${files.cert}) or ${settings.key} (${files.key})`,
    );
  }
}

const refuse = (says: string): Result<never> => err(fault('config.certificate', says));
