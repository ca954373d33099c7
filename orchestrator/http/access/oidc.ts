import { hash } from 'node:crypto';
import type { Logger } from 'pino';
import type * as OpenIdClient from 'openid-client';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import { readSecretText } from '../../../shared/input/secret-file.ts';
import { reasonOf, systemCodeOf } from '../../../shared/reason-of.ts';
import type { SignInProof } from '../../../shared/store/access-store.ts';
import type { OidcSettings } from '../../input/oidc-file.ts';
import { isPerson } from '../../input/person-name.ts';
import type { Refusal } from '../../refusal.ts';
import type { Principal } from './principal.ts';

/** Real time after which the provider is asked again whether a person is still who they were. */
export const recheckMs = 15 * 60_000;
/** Real time that an answer of the provider may take, in seconds. */
const timeoutSeconds = 10;

/** What the browser keeps between leaving for the provider and coming back. */
export interface Leaving {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** Where the person goes afterwards: a path of the page. */
  readonly to: string;
}

/** Whom the provider has proved. */
export interface Proved {
  readonly proof: SignInProof;
  /** Asks the provider again; null = it gave none. */
  readonly refresh: string | null;
}

type Claims = Readonly<Record<string, unknown>>;

/** The provider with which people sign in. The library is loaded at the first sign-in. */
export class OpenIdProvider {
  readonly settings: OidcSettings;
  readonly #page: string;
  readonly #redirect: string;
  readonly #log: Logger;
  #known: Promise<{ client: typeof OpenIdClient; config: OpenIdClient.Configuration }> | null = null;

  /** @param page the URL of the page, with a slash at its end */
  constructor(settings: OidcSettings, page: string, log: Logger) {
    this.settings = settings;
    this.#page = page;
    this.#redirect = new URL('auth/back', page).href;
    this.#log = log;
  }

  /** Where the browser goes to sign in. Faults: `provider.away`. */
  async begin(to: string): Promise<Result<{ readonly url: string; readonly leaving: Leaving }, Refusal>> {
    try {
      const { client, config } = await this.#open();
      const verifier = client.randomPKCECodeVerifier();
      const leaving = { state: client.randomState(), nonce: client.randomNonce(), verifier, to };
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: this.#redirect,
        scope: this.settings.scopes.join(' '),
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state: leaving.state,
        nonce: leaving.nonce,
      });
      return ok({ url: url.href, leaving });
    } catch (error) {
      return err(this.#away(error));
    }
  }

  /**
   * Whom the answer proves that the browser has brought back. Faults: `provider.away`,
   * `signIn.refused`, `signIn.noGroup`.
   * @param query of the address to which the provider has sent the browser, with `?`
   */
  async finish(query: string, { state, nonce, verifier }: Leaving): Promise<Result<Proved, Refusal>> {
    try {
      const { client, config } = await this.#open();
      const answer = new URL(this.#redirect);
      answer.search = query;
      const tokens = await client.authorizationCodeGrant(config, answer, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) return err(refused);
      const proof = await this.#proofOf(client, config, tokens.access_token, claims, claims.sub);
      if (this.#ruleFor(proof) === undefined) return err(this.#noGroup(proof));
      return ok({ proof, refresh: tokens.refresh_token ?? null });
    } catch (error) {
      if (isAway(error)) return err(this.#away(error));
      this.#log.warn({ because: codeOf(error) }, 'a sign-in with the provider is refused');
      return err(refused);
    }
  }

  /**
   * Asks whether the person may still be signed in, with which groups. Faults: `provider.away`,
   * `token.noSession`.
   */
  async recheck({ subject }: SignInProof, refresh: string): Promise<Result<Proved, Refusal>> {
    try {
      const { client, config } = await this.#open();
      const tokens = await client.refreshTokenGrant(config, refresh);
      const claims = tokens.claims() ?? {};
      const proof = await this.#proofOf(client, config, tokens.access_token, claims, subject);
      if (this.#ruleFor(proof) === undefined) return err(ended);
      return ok({ proof, refresh: tokens.refresh_token ?? refresh });
    } catch (error) {
      return err(isAway(error) ? this.#away(error) : ended);
    }
  }

  /**
   * Where the browser goes to sign out at the provider, which sends it back to the page. Null =
   * only the session of servpack ends, by the settings or because the provider has no such way.
   */
  async signOutUrl(): Promise<string | null> {
    if (this.settings.signOut === 'here') return null;
    try {
      const { client, config } = await this.#open();
      if (config.serverMetadata().end_session_endpoint === undefined) return null;
      return client.buildEndSessionUrl(config, { post_logout_redirect_uri: this.#page }).href;
    } catch (error) {
      this.#away(error);
      return null;
    }
  }

  /** Whom a sign-in stands for, by the groups of the settings. Fault: `token.noSession`. */
  principalOf(proof: SignInProof): Result<Principal, Refusal> {
    const rule = this.#ruleFor(proof);
    if (rule === undefined) return err(ended);
    const { id, person } = proof;
    const { role, campaigns, sites } = rule;
    const narrowing = { campaigns, sites };
    return ok({
      by: `sign-in ${id}`,
      name: person,
      person,
      role,
      narrowing,
      proof,
      session: null,
      expiresAt: null,
    });
  }

  #ruleFor({ issuer, groups }: SignInProof) {
    if (issuer !== this.settings.issuer) return undefined;
    return this.settings.groups.find(({ group }) => groups.includes(group));
  }

  #open() {
    this.#known ??= this.#discover().catch((error: unknown) => {
      this.#known = null;
      throw error;
    });
    return this.#known;
  }

  async #discover() {
    const client = await import('openid-client');
    const { issuer, clientId, clientSecret } = this.settings;
    const secret = readSecretText(clientSecret);
    if (!secret.ok) throw new Error(`the file of the client secret ${secret.error}`);
    const url = new URL(issuer);
    const config = await client.discovery(url, clientId, secret.value.trim(), undefined, {
      timeout: timeoutSeconds,
      // Only an issuer of this machine may have no TLS.
      execute: url.protocol === 'http:' ? [client.allowInsecureRequests] : [],
    });
    return { client, config };
  }

  async #proofOf(
    client: typeof OpenIdClient,
    config: OpenIdClient.Configuration,
    accessToken: string,
    claims: Claims,
    subject: string,
  ): Promise<SignInProof> {
    const { issuer, groupsClaim } = this.settings;
    const asked =
      claims[groupsClaim] === undefined && config.serverMetadata().userinfo_endpoint !== undefined
        ? await client.fetchUserInfo(config, accessToken, subject)
        : {};
    const all: Claims = { ...claims, ...asked };
    const known = new Set(this.settings.groups.map(({ group }) => group));
    const groups = [all[groupsClaim] ?? []].flat().map(String);
    const id = hash('sha256', `${issuer}\n${subject}`).slice(0, 16);
    const email = all['email_verified'] === false ? undefined : all['email'];
    const names = [all['preferred_username'], email, all['name'], subject];
    const spelled = names.map((each) => (typeof each === 'string' ? each.normalize('NFC') : ''));
    const person = spelled.find(isPerson) ?? id;
    return {
      kind: 'signIn',
      id,
      issuer,
      subject,
      person,
      groups: groups.filter((group) => known.has(group)),
    };
  }

  #away(error: unknown): Refusal {
    this.#log.warn({ because: reasonOf(error) }, 'the provider of sign-ins cannot be asked');
    return fault(
      'provider.away',
      `${this.settings.name} cannot be asked now; try again later, or sign in with a token`,
    );
  }

  #noGroup({ person }: SignInProof): Refusal {
    return fault(
      'signIn.noGroup',
      `${this.settings.name} has signed ${person} in, but none of their groups may use servpack; an administrator adds one`,
    );
  }
}

const refused = fault('signIn.refused', 'the sign-in is not valid, or was used already; begin it again');
const ended = fault('token.noSession', 'the provider has ended the sign-in; sign in again');

const isAway = (error: unknown): boolean =>
  codeOf(error) === 'OAUTH_TIMEOUT' ||
  /^(?:E[A-Z]+|UND_ERR_.*|CERT_.*|.*_CERT.*)$/.test(systemCodeOf(error) ?? '');

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : reasonOf(error);
