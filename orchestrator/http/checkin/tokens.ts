import { createHmac } from 'node:crypto';
import type { OrchestratorContext } from '../../context.ts';
import { isSameToken } from '../secrets.ts';
import { notFound, type Refusal } from '../../refusal.ts';
import { csvField } from '../../views/csv.ts';
import { visibleJson } from '../../../shared/visible-text.ts';
import { nameOf } from '../../../shared/domain/campaign/machine.ts';
import type { Client } from '../../../shared/domain/campaign/definition.ts';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import { everyClient, revokedTo } from '../../../shared/store/check-in-store.ts';

/**
 * The token with which one client reports in; it is good for nothing else. It is computed and not
 * stored, so a million tokens need no room. Windows names ignore case, and a logon script sends
 * its own spelling.
 */
export const clientToken = (key: string, client: string, generation: number): string =>
  `${generation}.${createHmac('sha256', key)
    .update(`servpack check-in\n${generation}\n${nameOf(client)}`)
    .digest('base64url')}`;

/**
 * The generation of this client's token; null when it is not one. Takes the same time wherever the
 * two differ.
 */
export function generationIn(key: string, client: string, given: string): number | null {
  const found = /^([1-9]\d{0,8})\.[\w-]{43}$/.exec(given);
  const generation = Number(found?.[1] ?? 1);
  const isIt = isSameToken(given, clientToken(key, client, generation));
  return isIt && found !== null ? generation : null;
}

/** A token names its generation in nine digits at most. */
export const lastGeneration = 999_999_999;

export interface TokensQuestion {
  /** One client; when not given, all clients of the fleet. */
  readonly client?: string | undefined;
  /** When not given: for each client the lowest generation that is valid. */
  readonly generation?: number | undefined;
  readonly format: 'jsonl' | 'csv';
}

/**
 * Check-in tokens as lines of text with their line ends, streamed in no order: JSON, or CSV with a
 * header.
 */
export async function listTokens(
  { store, log, checkInKey }: OrchestratorContext,
  who: string,
  { client, generation, format }: TokensQuestion,
): Promise<Result<AsyncIterable<string>, Refusal>> {
  if (checkInKey === undefined)
    return err(fault('checkInKey.none', 'this orchestrator has no key for check-in tokens'));
  const only = client === undefined ? null : await store.readClient(client);
  if (client !== undefined && only === null) return err(notFound('client', client, ' in the fleet'));
  const raised = await store.tokenGenerations();
  const leastFor = (name: string): number =>
    Math.max(1, raised.get(everyClient) ?? 1, raised.get(nameOf(name)) ?? 1);
  if (only !== null && generation !== undefined && generation < leastFor(only.client))
    return err(
      fault(
        'tokens.revoked',
        `tokens of ${only.client} below generation ${leastFor(only.client)} are revoked`,
      ),
    );
  log.info({ who, client: client ?? 'all' }, 'check-in tokens handed out');
  const rowOf = (each: Client) => {
    const own = Math.max(generation ?? 1, leastFor(each.client));
    return {
      client: each.client,
      host: each.host,
      generation: own,
      token: clientToken(checkInKey, each.client, own),
    };
  };
  return ok(linesOf(only === null ? store.fleet() : [only], rowOf, format));
}

async function* linesOf(
  clients: AsyncIterable<Client> | Iterable<Client>,
  rowOf: (client: Client) => Readonly<Record<string, string | number>>,
  format: TokensQuestion['format'],
): AsyncGenerator<string> {
  if (format === 'csv') yield 'client,host,generation,token\n';
  for await (const client of clients) {
    const row = rowOf(client);
    yield format === 'csv'
      ? `${Object.values(row).map(csvField).join(',')}\n`
      : `${visibleJson(JSON.stringify(row))}\n`;
  }
}

export interface Revocation {
  /** All clients when not given. */
  readonly client?: string | undefined;
  /**
   * Tokens below this generation are refused; when absent, those of the present generation and
   * older.
   */
  readonly below?: number | undefined;
  readonly reason: string;
}

/**
 * Revokes tokens that were handed out. This cannot be undone.
 * @returns the lowest generation that is valid then
 */
export async function revokeTokens(
  { store, clock, log }: OrchestratorContext,
  who: string,
  { client, below, reason }: Revocation,
): Promise<Result<{ readonly client: string | null; readonly least: number }, Refusal>> {
  if (client !== undefined && (await store.readClient(client)) === null)
    return err(notFound('client', client, ' in the fleet'));
  const present = await store.leastGeneration(client ?? everyClient);
  const asked = below ?? present + 1;
  if (asked <= present)
    return err(
      fault('tokens.revoked', `tokens below generation ${present} are revoked already; nothing was changed`),
    );
  if (asked > lastGeneration)
    return err(
      fault(
        'tokens.last',
        `generation ${lastGeneration} is the last one, and no token would be good after it; nothing was changed. ` +
          'Give the orchestrators another checkin-key: then every token is a new one',
      ),
    );
  const least = await store.raiseGeneration(client ?? everyClient, asked, {
    at: clock.now(),
    campaign: '',
    client: client ?? null,
    who,
    from: '',
    to: revokedTo,
    because: `below generation ${asked}: ${reason}`,
    evidence: null,
  });
  log.info({ who, client: client ?? 'all', least }, 'check-in tokens revoked');
  return ok({ client: client ?? null, least });
}
