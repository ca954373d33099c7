import type { Narrowing } from '../domain/campaign/narrowing.ts';
import type { AuditEntry } from './types.ts';

/** A token of the API. The token itself is not kept. */
export interface StoredToken extends Narrowing {
  readonly name: string;
  /** Stands in the token, so that its record is found without a search. */
  readonly id: string;
  /** SHA-256 of the whole token. */
  readonly sha256: string;
  readonly role: string;
  /** The one person whose it is; null = it belongs to no single person. */
  readonly person: string | null;
  /** Real time, as every time of this port. */
  readonly createdAt: number;
  readonly createdBy: string;
  /** Null = never. */
  readonly expiresAt: number | null;
}

/** What a session stands on. It ends with what it stands on. */
export type SessionProof =
  | { readonly kind: 'token'; readonly id: string }
  /** The token file of an orchestrator, by the SHA-256 of the token in it. */
  | { readonly kind: 'tokenFile'; readonly sha256: string }
  | SignInProof
  /** What the certificate says that was shown; the rules decide what it is worth now. */
  | {
      readonly kind: 'certificate';
      readonly subject: readonly (readonly [attribute: string, value: string])[];
      readonly names: readonly string[];
      readonly serial: string;
      readonly endsAt: number;
    };

/** Whom a provider (OpenID Connect) has proved. Issuer and subject together are the person. */
export interface SignInProof {
  readonly kind: 'signIn';
  /** Stands for issuer and subject where a person is named. */
  readonly id: string;
  readonly issuer: string;
  readonly subject: string;
  /** As the provider calls the person now; it may change. */
  readonly person: string;
  /** Groups of the person that the settings name. */
  readonly groups: readonly string[];
}

export interface StoredSession {
  /** Names the session in lists. It signs nobody in. */
  readonly id: string;
  /** SHA-256 of the secret in the cookie. */
  readonly sha256: string;
  readonly proof: SessionProof;
  /** Only where a provider has signed the person in. */
  readonly provider?: {
    /** When the provider was asked last. */
    readonly checkedAt: number;
    /** Asks it again; encrypted, so that only who has the cookie can. Null = there is none. */
    readonly refresh: string | null;
  };
  readonly startedAt: number;
  readonly endsAt: number;
  /** The address of the connection that began it. */
  readonly from: string;
}

export interface AccessRecords {
  readonly version: number;
  readonly tokens: readonly StoredToken[];
  readonly sessions: readonly StoredSession[];
  /** The last use of a token or a session, by its id, exact to a minute. */
  readonly uses: ReadonlyMap<string, number>;
}

/** Who may use the API: tokens, and the sessions of people who have signed in. */
export interface AccessStore {
  /** Counts the changes: while it stays, tokens and sessions do. One command. */
  accessVersion(): Promise<number>;
  readAccess(): Promise<AccessRecords>;
  /** @returns false when there is a token of this name, in any case */
  addToken(token: StoredToken, audit: AuditEntry): Promise<boolean>;
  /** @returns false when the token is not there; another one may have got its name */
  removeToken(token: Pick<StoredToken, 'name' | 'id'>, audit: AuditEntry): Promise<boolean>;
  /** Keeps a session, and forgets those that have ended at its start. */
  addSession(session: StoredSession): Promise<void>;
  /**
   * Writes a session that is still there.
   * @returns false when it has ended meanwhile
   */
  replaceSession(session: StoredSession): Promise<boolean>;
  /**
   * Ends a session.
   * @param audit null = its own person has signed out
   * @returns false when there is no such session
   */
  removeSession(id: string, audit: AuditEntry | null): Promise<boolean>;
  /** Notes a use of a token or a session. Changes no version. */
  noteUse(id: string, at: number): Promise<void>;
  /** Keeps a text for so many milliseconds, until it is taken. */
  keepLink(sha256: string, text: string, forMs: number): Promise<void>;
  /** Takes the text: a second call finds none. */
  takeLink(sha256: string): Promise<string | null>;
}
