import type { IncomingHttpHeaders } from 'node:http';
import type { CheckIn } from '../../fleet/check-in.ts';
import { reasons } from '../../../shared/store/reasons.ts';

/**
 * `Bearer TOKEN`, `Basic` with the token as the password (`curl -u pc-0017:TOKEN`), or `?token=`
 * for programs that can only open an address.
 */
export function tokenIn({ authorization = '' }: IncomingHttpHeaders, query: unknown): string | null {
  const bearer = /^Bearer (\S+)$/i.exec(authorization)?.[1];
  if (bearer !== undefined) return bearer;
  const basic = /^Basic ([\w+/=-]+)$/i.exec(authorization)?.[1];
  if (basic !== undefined)
    return Buffer.from(basic, 'base64')
      .toString('latin1')
      .replace(/^[^:]*:/, '');
  return oneOf(query, 'token') ?? null;
}

/** A value of the query; undefined when it was not given, or several times. */
export function oneOf(query: unknown, name: string): string | undefined {
  const value = (query as Readonly<Record<string, unknown>> | null)?.[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * A log file of a client as text. What is neither UTF-16 nor UTF-8 is read in the code page of
 * Western Windows. Null when it is empty.
 */
export function transcriptIn(body: unknown): string | null {
  if (!Buffer.isBuffer(body) || body.length === 0) return null;
  if (body[0] === 0xff && body[1] === 0xfe) return new TextDecoder('utf-16le').decode(body);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return new TextDecoder('windows-1252').decode(body);
  }
}

/** The answer to a refused check-in, for the log of a logon script. */
export const refused = (because: string): string => `refused: ${because}\n`;

/** The answer to a check-in: one line, and a second line when it brought an address. */
export function accepted({ client, looks, because }: CheckIn, address: string | null): string {
  const what = looks
    ? because.replace(/^it is looked at/, 'will be looked at')
    : `nothing to do: ${why(client, because)}`;
  return `${client}: ${what}\n${address === null ? '' : `address: ${address}\n`}`;
}

const why = (client: string, because: string): string =>
  because === reasons.inNoCampaign(client)
    ? 'no campaign wants this client'
    : because.replace(`client ${client} `, 'it ');
