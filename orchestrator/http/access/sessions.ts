import type { z } from 'zod';
import { isoOf } from '../../../shared/domain/time/iso-time.ts';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import type { SessionProof } from '../../../shared/store/access-store.ts';
import type { OrchestratorContext } from '../../context.ts';
import { notFound, type Refusal } from '../../refusal.ts';
import type { sessionAnswer, sessionsAnswer, signedOutAnswer, signInBody } from '../schemas/access.ts';
import type { Access } from './access.ts';
import type { Proved } from './oidc.ts';
import { permissionsOf, type Principal } from './principal.ts';
import { sealText } from './sealed-text.ts';
import { sessionMs } from './session-cookie.ts';
import { digestOf, randomId, randomSecret } from './token-form.ts';
import { accessAudit } from './tokens.ts';

/** People sign in with a token or a link, and end sessions. */

/** Real time for which a link signs in. */
const linkMs = 60_000;

type SessionRecord = z.infer<typeof sessionsAnswer>['sessions'][number];

/**
 * Exchanges a token or the code of a link for a session with a new secret. Faults: `token.wrong`,
 * `token.expired`, `token.link`.
 * @param from the address of the connection
 */
export async function signIn(
  { store, log }: OrchestratorContext,
  access: Access,
  given: z.output<typeof signInBody>,
  from: string,
): Promise<Result<Begun, Refusal>> {
  const proved =
    'token' in given ? await access.ofToken(given.token) : await ofLink({ store }, access, given.code);
  return proved.ok ? ok(await begin({ store, log }, access, proved.value, from)) : proved;
}

interface Begun {
  readonly principal: Principal;
  readonly secret: string;
}

/** @param refresh asks the provider again that has signed the person in; null = it gave nothing */
async function begin(
  { store, log }: Pick<OrchestratorContext, 'store' | 'log'>,
  access: Access,
  principal: Principal,
  from: string,
  refresh: string | null = null,
): Promise<Begun> {
  const [secret, id, startedAt] = [randomSecret(), randomId(), access.realNow()];
  const { proof, expiresAt, by: who, person } = principal;
  const endsAt = Math.min(startedAt + sessionMs, expiresAt ?? Number.POSITIVE_INFINITY);
  const sealed = refresh === null ? null : sealText('refresh token', refresh, secret);
  const provider = proof.kind === 'signIn' ? { provider: { checkedAt: startedAt, refresh: sealed } } : {};
  await store.addSession({ id, sha256: digestOf(secret), proof, startedAt, endsAt, from, ...provider });
  access.known.forget();
  log.info({ who, person, session: id, from }, 'signed in');
  return { principal: { ...principal, session: id, expiresAt: endsAt }, secret };
}

/** Begins a session for a person whom the provider has proved. Fault: `token.noSession`. */
export async function signInWithProvider(
  context: OrchestratorContext,
  access: Access,
  { proof, refresh }: Proved,
  from: string,
): Promise<Result<Begun, Refusal>> {
  const principal = access.whomProves(proof, await access.known.records());
  if (!principal.ok) return principal;
  const { id: who, issuer, subject } = proof;
  context.log.info({ who, issuer, subject }, 'the provider has proved a person');
  return ok(await begin(context, access, principal.value, from, refresh));
}

async function ofLink(
  { store }: Pick<OrchestratorContext, 'store'>,
  access: Access,
  code: string,
): Promise<Result<Principal, Refusal>> {
  const kept = await store.takeLink(digestOf(code));
  if (kept === null)
    return err(fault('token.link', 'the link was used already, or is older than a minute; make a new one'));
  const proof = JSON.parse(kept) as SessionProof;
  // It could not be checked again with the provider.
  if (proof.kind === 'signIn') return err(fault('token.link', 'a sign-in with the provider makes no links'));
  return access.whomProves(proof, await access.known.records());
}

/** Makes a code that signs in once, as the one who asks, within a minute. */
export async function makeLink(
  { store }: OrchestratorContext,
  access: Access,
  { proof }: Principal,
): Promise<{ readonly code: string; readonly expiresAt: string }> {
  const code = randomSecret();
  await store.keepLink(digestOf(code), JSON.stringify(proof), linkMs);
  return { code, expiresAt: isoOf(access.realNow() + linkMs) };
}

/** Who asks, and what that allows. */
export function whoAmI(
  { fourEyes }: Pick<OrchestratorContext, 'fourEyes'>,
  { name, by, person, role, narrowing, session, expiresAt }: Principal,
): z.infer<typeof sessionAnswer> {
  return {
    name,
    by,
    person,
    role,
    permissions: permissionsOf(role),
    fourEyes: [...(fourEyes?.commands ?? [])],
    narrowing,
    session,
    expiresAt: expiresAt === null ? null : isoOf(expiresAt),
  };
}

/** Every session that has not ended, the newest first. */
export async function listSessions(access: Access): Promise<readonly SessionRecord[]> {
  const records = await access.known.reread();
  return records.sessions
    .toSorted((a, b) => b.startedAt - a.startedAt)
    .flatMap((session): readonly SessionRecord[] => {
      const whose = access.ofSessionRecord(session, records);
      if (!whose.ok) return [];
      const { name, person, role } = whose.value;
      const usedAt = access.known.lastUse(session.id, records) ?? session.startedAt;
      const { id, startedAt, endsAt, from } = session;
      const times = { startedAt: isoOf(startedAt), endsAt: isoOf(endsAt), usedAt: isoOf(usedAt) };
      return [{ id, name, person, role, ...times, from }];
    });
}

/** Signs the one who asks out. */
export async function signOut(
  { store, log }: OrchestratorContext,
  access: Access,
  { session, proof }: Principal,
): Promise<z.output<typeof signedOutAnswer>> {
  const ended = session !== null && (await store.removeSession(session, null));
  access.known.forget();
  if (ended) log.info({ session }, 'signed out');
  const leaveFor = ended && proof?.kind === 'signIn' ? await access.signOutUrl() : null;
  return { ended, ...(leaveFor === null ? {} : { leaveFor }) };
}

/** Ends the session of another person. Faults: `notFound.session`. */
export async function endSession(
  { store, clock, log }: OrchestratorContext,
  access: Access,
  who: string,
  { session, reason }: { readonly session: string; readonly reason: string },
): Promise<Result<{ readonly ended: boolean }, Refusal>> {
  const because = `session ${session}: ${reason}`;
  const audit = accessAudit({ at: clock.now(), who, to: 'session ended', because });
  const ended = await store.removeSession(session, audit);
  access.known.forget();
  if (!ended) return err(notFound('session', session));
  log.info({ who, session }, 'session ended');
  return ok({ ended });
}
