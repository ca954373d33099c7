import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import type { StoredSession } from '../../../shared/store/access-store.ts';
import type { OperatorStore } from '../../../shared/store/store.ts';
import type { Refusal } from '../../refusal.ts';
import type { KnownAccess } from './known-access.ts';
import { type OpenIdProvider, recheckMs } from './oidc.ts';
import { openText, sealText } from './sealed-text.ts';

/** Whether the provider must be asked before the session counts again. */
export const isDue = ({ provider }: StoredSession, now: number): boolean =>
  provider !== undefined && now - provider.checkedAt >= recheckMs;

type Store = Pick<OperatorStore, 'replaceSession' | 'removeSession'>;

/** Asks the provider again about the people whom it has signed in, once for requests that wait. */
export class Rechecks {
  readonly #store: Store;
  readonly #realNow: () => number;
  readonly #running = new Map<string, Promise<Result<StoredSession, Refusal>>>();

  constructor(store: Store, realNow: () => number) {
    this.#store = store;
    this.#realNow = realNow;
  }

  /**
   * The session as it stands after the provider was asked, where that was due. A session that the
   * provider has ended is removed. Faults: `token.noSession`, `provider.away`.
   * @param secret in the cookie of the session
   */
  async ofSession(
    session: StoredSession,
    secret: string,
    provider: OpenIdProvider | null,
    known: KnownAccess,
  ): Promise<Result<StoredSession, Refusal>> {
    if (!isDue(session, this.#realNow())) return ok(session);
    const running =
      this.#running.get(session.id) ??
      this.#ask(session, secret, provider, known).finally(() => this.#running.delete(session.id));
    this.#running.set(session.id, running);
    return running;
  }

  async #ask(
    session: StoredSession,
    secret: string,
    provider: OpenIdProvider | null,
    known: KnownAccess,
  ): Promise<Result<StoredSession, Refusal>> {
    // Another request, or another orchestrator, may have asked a moment ago.
    const now = (await known.reread()).sessions.find(({ id }) => id === session.id);
    if (now === undefined) return err(ended);
    if (!isDue(now, this.#realNow())) return ok(now);
    const sealed = now.provider?.refresh ?? null;
    const refresh = sealed === null ? null : openText('refresh token', sealed, secret);
    const asked =
      provider === null || refresh === null || now.proof.kind !== 'signIn'
        ? err(ended)
        : await provider.recheck(now.proof, refresh);
    if (!asked.ok) {
      if (asked.error.code !== ended.code) return asked;
      await this.#store.removeSession(now.id, null);
      known.forget();
      return asked;
    }
    const { proof, refresh: next } = asked.value;
    const again = next === null ? null : sealText('refresh token', next, secret);
    const checked = { ...now, proof, provider: { checkedAt: this.#realNow(), refresh: again } };
    const isThere = await this.#store.replaceSession(checked);
    known.forget();
    return isThere ? ok(checked) : err(ended);
  }
}

const ended = fault('token.noSession', 'the sign-in has ended; sign in again');
