import type { z } from 'zod';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import { isoOf } from '../../../shared/domain/time/iso-time.ts';
import { readDuration } from '../../../shared/input/quantities.ts';
import type { AccessRecords, StoredToken } from '../../../shared/store/access-store.ts';
import type { OrchestratorContext } from '../../context.ts';
import { narrowingWords } from '../../../shared/domain/campaign/narrowing.ts';
import { notFound, type Refusal } from '../../refusal.ts';
import type { newTokenAnswer, tokenBody, tokensAnswer } from '../schemas/access.ts';
import type { Access } from './access.ts';
import { fileTokenName } from './principal.ts';
import { digestOf, makeToken } from './token-form.ts';

/** What administrators do with the tokens of the API. */

type Order = z.output<typeof tokenBody>;
type NewToken = z.infer<typeof newTokenAnswer>;
export type TokenRecord = z.infer<typeof tokensAnswer>['tokens'][number];

/** Beyond it a person has the file of an earlier century in hand. */
const longestMs = 10 * 365 * 24 * 60 * 60_000;

/**
 * Makes a token. It is in the answer and nowhere else. Faults: `input.expires`,
 * `accessToken.taken`.
 */
export async function createToken(
  { store, clock, log }: OrchestratorContext,
  access: Access,
  who: string,
  { name, role, person, expires, campaigns, sites }: Order,
): Promise<Result<NewToken, Refusal>> {
  const now = access.realNow();
  const lasts = expires === undefined ? null : readDuration(expires);
  if (lasts !== null && (lasts === undefined || lasts <= 0 || lasts > longestMs))
    return err(
      fault('input.expires', `expires: ${expires} is not a duration up to 10 years, such as 12h or 90d`),
    );
  if (name.toLowerCase() === fileTokenName) return err(taken(name));
  const { id, token } = makeToken();
  const record: StoredToken = {
    name,
    id,
    sha256: digestOf(token),
    role,
    person: person ?? null,
    campaigns,
    sites,
    createdAt: now,
    createdBy: who,
    expiresAt: lasts === null ? null : now + lasts,
  };
  const audit = accessAudit({ at: clock.now(), who, to: 'API token created', because: wordsOf(record) });
  if (!(await store.addToken(record, audit))) return err(taken(name));
  access.known.forget();
  log.info({ who, token: name, id, role }, 'token of the API created');
  return ok({ ...recordOf(record, access, null), token });
}

const taken = (name: string): Refusal =>
  fault('accessToken.taken', `a token named ${name} exists already; revoke it first, or choose another name`);

/** Every token but the one of the token file, by name. */
export async function listAccessTokens(access: Access): Promise<readonly TokenRecord[]> {
  const records = await access.known.reread();
  return records.tokens
    .map((token) => recordOf(token, access, access.known.lastUse(token.id, records)))
    .toSorted((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
}

/** Refuses a token from now on, everywhere within a second. Faults: `notFound.token`. */
export async function revokeToken(
  { store, clock, log }: OrchestratorContext,
  access: Access,
  who: string,
  asked: { readonly name: string; readonly reason: string },
): Promise<Result<{ readonly name: string; readonly id: string }, Refusal>> {
  const found = named(await access.known.reread(), asked.name);
  if (found === undefined) return err(notFound('token', asked.name, whereFileToken(asked.name)));
  const { name, id } = found;
  const because = `token ${name} (${id}): ${asked.reason}`;
  const audit = accessAudit({ at: clock.now(), who, to: 'API token revoked', because });
  const isThere = await store.removeToken(found, audit);
  access.known.forget();
  if (!isThere) return err(notFound('token', name, ' now: another request has revoked it'));
  log.info({ who, token: name, id }, 'token of the API revoked');
  return ok({ name, id });
}

const named = ({ tokens }: AccessRecords, name: string): StoredToken | undefined =>
  tokens.find((each) => each.name.toLowerCase() === name.toLowerCase());

const whereFileToken = (name: string): string =>
  name.toLowerCase() === fileTokenName
    ? ' that can be revoked: it is in the token file of an orchestrator; remove the file there and start it again'
    : '';

/** What an entry of the audit about a token or a session has in common. */
export const accessAudit = (entry: {
  readonly at: number;
  readonly who: string;
  readonly to: string;
  readonly because: string;
}) => ({ ...entry, campaign: '', client: null, from: '', evidence: null });

/** `token night-shift (Xk29…), role operator, of anna, expires …, for campaigns pune-*` */
function wordsOf(token: StoredToken): string {
  const { name, id, role, person, expiresAt } = token;
  return [
    `token ${name} (${id}), role ${role}`,
    person === null ? 'of no single person' : `of ${person}`,
    expiresAt === null ? 'does not expire' : `expires at ${isoOf(expiresAt)}`,
    narrowingWords(token) === '' ? 'for everything' : `for ${narrowingWords(token)}`,
  ].join(', ');
}

function recordOf(token: StoredToken, access: Access, usedAt: number | null): TokenRecord {
  const { sha256: _, createdAt, expiresAt, role, ...others } = token;
  return {
    ...others,
    role: role as TokenRecord['role'],
    createdAt: isoOf(createdAt),
    expiresAt: expiresAt === null ? null : isoOf(expiresAt),
    hasExpired: expiresAt !== null && expiresAt <= access.realNow(),
    usedAt: usedAt === null ? null : isoOf(usedAt),
  };
}
