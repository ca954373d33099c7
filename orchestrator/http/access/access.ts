import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { OperatorStore } from '../../../shared/store/store.ts';
import type {
  AccessRecords,
  SessionProof,
  StoredSession,
  StoredToken,
} from '../../../shared/store/access-store.ts';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import type { Refusal } from '../../refusal.ts';
import { type Role, roles } from '../contract/permissions.ts';
import { narrowingWords } from '../../../shared/domain/campaign/narrowing.ts';
import { isSameToken } from '../secrets.ts';
import { certificateOn } from './certificate-facts.ts';
import type { ClientCertificates } from './client-certificates.ts';
import { KnownAccess } from './known-access.ts';
import { everything, fileTokenName, type Principal } from './principal.ts';
import type { OpenIdProvider } from './oidc.ts';
import { isDue, Rechecks } from './rechecks.ts';
import { idleMs } from './session-cookie.ts';
import { digestOf, idInToken } from './token-form.ts';

export interface AccessOptions {
  readonly store: OperatorStore;
  /** Real time in milliseconds since the epoch. */
  readonly realNow: () => number;
  readonly log: Logger;
  /** The token in the token file of this orchestrator, which may do everything. */
  readonly fileToken: string;
  readonly isOverTls: boolean;
  /** Who may show a certificate; null or left out = nobody does. */
  readonly certificates?: ClientCertificates | null;
  /** With which people sign in; null or left out = with tokens and links only. */
  readonly provider?: OpenIdProvider | null;
}

/** Proves who asks. */
export class Access {
  readonly known: KnownAccess;
  readonly realNow: () => number;
  readonly isOverTls: boolean;
  readonly #certificates: ClientCertificates | null;
  readonly #provider: OpenIdProvider | null;
  readonly #rechecks: Rechecks;
  readonly #fileToken: string;
  readonly #fileDigest: string;

  constructor({
    store,
    realNow,
    log,
    fileToken,
    isOverTls,
    certificates = null,
    provider = null,
  }: AccessOptions) {
    this.#certificates = certificates;
    this.#provider = provider;
    this.#rechecks = new Rechecks(store, realNow);
    this.known = new KnownAccess(store, realNow, log);
    this.realNow = realNow;
    this.isOverTls = isOverTls;
    this.#fileToken = fileToken;
    this.#fileDigest = digestOf(fileToken);
  }

  /**
   * Whom a token proves. The one of the token file asks no Redis. Faults: `token.wrong`,
   * `token.expired`.
   */
  async ofToken(given: string): Promise<Result<Principal, Refusal>> {
    if (isSameToken(given, this.#fileToken)) return ok(this.#ofFile());
    const id = idInToken(given);
    if (id === null) return err(wrong);
    const find = ({ tokens }: AccessRecords) => tokens.find((each) => each.id === id);
    const found = find(await this.known.records()) ?? find(await this.known.newest());
    if (found === undefined || !isSameToken(digestOf(given), found.sha256)) return err(wrong);
    const expired = this.#whyExpired(found);
    if (expired !== null) return err(expired);
    this.known.use(found.id);
    return ok(principalOf(found));
  }

  /**
   * Whom the certificate of a connection proves; null = it proves nobody, because none was shown or
   * none is asked for. Faults: `certificate.…`.
   */
  ofConnection(socket: Socket): Result<Principal, Refusal> | null {
    const shown = this.#certificates === null ? null : certificateOn(socket);
    return shown === null ? null : (this.#certificates?.ofShown(shown, this.realNow()) ?? null);
  }

  /**
   * Whom the secret in a cookie proves. Faults: `token.noSession`, `provider.away`, and those of
   * its token.
   */
  async ofSession(secret: string): Promise<Result<Principal, Refusal>> {
    const digest = digestOf(secret);
    const find = ({ sessions }: AccessRecords) => sessions.find(({ sha256 }) => isSameToken(sha256, digest));
    let records = await this.known.records();
    let found = find(records);
    // It may have been made or used at another orchestrator a moment ago.
    if (found === undefined || this.#isOver(found, records)) {
      records = found === undefined ? await this.known.newest() : await this.known.reread();
      found = find(records);
    }
    if (found === undefined) return err(noSession);
    const checked = await this.#rechecks.ofSession(found, secret, this.#provider, this.known);
    if (!checked.ok) return checked;
    const whose = this.ofSessionRecord(checked.value, records);
    if (whose.ok) this.known.use(found.id);
    return whose;
  }

  /** Whom a session stands for, unless it is over. Counts as no use. */
  ofSessionRecord(session: StoredSession, records: AccessRecords): Result<Principal, Refusal> {
    if (this.#isOver(session, records)) return err(noSession);
    const whose = this.whomProves(session.proof, records);
    if (!whose.ok) return whose;
    return ok({ ...whose.value, session: session.id, expiresAt: session.endsAt });
  }

  #isOver({ id, startedAt, endsAt }: StoredSession, records: AccessRecords): boolean {
    const now = this.realNow();
    return now >= endsAt || now - (this.known.lastUse(id, records) ?? startedAt) >= idleMs;
  }

  /**
   * Whom a proof stands for. Faults: `token.wrong` where its token was revoked, `token.expired`,
   * `certificate.…`.
   */
  whomProves(proof: SessionProof, { tokens }: AccessRecords): Result<Principal, Refusal> {
    if (proof.kind === 'tokenFile')
      return proof.sha256 === this.#fileDigest ? ok(this.#ofFile()) : err(wrong);
    if (proof.kind === 'signIn') return this.#provider?.principalOf(proof) ?? err(noSession);
    if (proof.kind === 'certificate')
      return this.#certificates?.ofFacts(proof, this.realNow()) ?? err(noCertificates);
    const found = tokens.find(({ id }) => id === proof.id);
    if (found === undefined) return err(wrong);
    const expired = this.#whyExpired(found);
    return expired === null ? ok(principalOf(found)) : err(expired);
  }

  /** Where a browser signs out at the provider; null = nowhere. */
  async signOutUrl(): Promise<string | null> {
    return (await this.#provider?.signOutUrl()) ?? null;
  }

  /**
   * Whether what has proved the principal still does, with the same role and the same reach. For
   * answers that last, which ask it every second. It counts as no use.
   */
  async mayStillRead(principal: Principal): Promise<boolean> {
    if (principal.session === null && principal.proof.kind === 'tokenFile') return true;
    const records = await this.known.records();
    const { session, proof } = principal;
    const found = records.sessions.find(({ id }) => id === session);
    if (session !== null && found === undefined) return false;
    // Only a request with the cookie can have the provider asked: the reader comes back with one.
    if (found !== undefined && isDue(found, this.realNow())) return false;
    const now = found === undefined ? this.whomProves(proof, records) : this.ofSessionRecord(found, records);
    return now.ok && isSameAuthority(now.value, principal);
  }

  #ofFile(): Principal {
    return {
      by: `token ${fileTokenName}`,
      name: fileTokenName,
      person: null,
      role: 'administrator',
      narrowing: everything,
      proof: { kind: 'tokenFile', sha256: this.#fileDigest },
      session: null,
      expiresAt: null,
    };
  }

  #whyExpired({ name, expiresAt }: StoredToken): Refusal | null {
    return expiresAt === null || this.realNow() < expiresAt
      ? null
      : fault('token.expired', `the token ${name} has expired; an administrator makes a new one`);
  }
}

/** Whether both may do and see the same. */
export const isSameAuthority = (one: Principal, other: Principal): boolean =>
  one.role === other.role && narrowingWords(one.narrowing) === narrowingWords(other.narrowing);

const noCertificates: Refusal = fault('certificate.noRule', 'certificates are no longer accepted here');

const noSession: Refusal = fault('token.noSession', 'the session has ended; sign in again');

const wrong: Refusal = fault('token.wrong', 'the token is not one of this orchestrator');

const principalOf = ({ name, person, role, campaigns, sites, id, expiresAt }: StoredToken): Principal => ({
  by: `token ${name}`,
  name,
  person,
  role: roleOf(role),
  narrowing: { campaigns, sites },
  proof: { kind: 'token', id },
  session: null,
  expiresAt,
});

/** A role that this version does not know may do the least. */
const roleOf = (text: string): Role => roles.find((each) => each === text) ?? 'viewer';
