import type { z } from 'zod';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import { refusalAnswer, userHeader } from '../../http/schemas/fields.ts';
import type { Refusal } from '../../refusal.ts';

export interface ApiAddress {
  readonly url: string;
  readonly token: string;
  /** Who asks; goes into the audit. Null when the machine does not tell. */
  readonly user: string | null;
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * The orchestrator's HTTP API as the commands see it: typed answers, and every failure a value
 * with one clear sentence.
 */
export interface ApiClient {
  get<Schema extends z.ZodType>(
    schema: Schema,
    path: string,
    query?: Query,
  ): Promise<Result<z.output<Schema>, Refusal>>;
  post<Schema extends z.ZodType>(
    schema: Schema,
    path: string,
    body?: unknown,
  ): Promise<Result<z.output<Schema>, Refusal>>;
  /** Text that may be of any length, as it comes. */
  stream(path: string, query?: Query): Promise<Result<AsyncIterable<Uint8Array>, Refusal>>;
}

export function openApiClient(address: ApiAddress): ApiClient {
  const { url, token, user } = address;
  const headers = {
    authorization: `Bearer ${token}`,
    ...(user === null ? {} : { [userHeader]: encodeURIComponent(user) }),
  };
  return {
    get: (schema, path, query = {}) => ask(url, schema, `${path}${queryOf(query)}`, { headers }),
    stream: (path, query = {}) => askStream(url, `${path}${queryOf(query)}`, { headers }),
    post: (schema, path, body) =>
      ask(url, schema, path, {
        method: 'POST',
        ...(body === undefined
          ? { headers }
          : { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      }),
  };
}

function queryOf(query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

async function ask<Schema extends z.ZodType>(
  url: string,
  schema: Schema,
  path: string,
  request: RequestInit,
): Promise<Result<z.output<Schema>, Refusal>> {
  const target = URL.parse(path, url);
  if (target === null) return err(noUrl(url));
  try {
    const answer = await fetch(target, { ...request, redirect: 'error' });
    return read(url, schema, answer.ok, await answer.json().catch(() => undefined));
  } catch (error) {
    return err(unreachable(url, error));
  }
}

async function askStream(
  url: string,
  path: string,
  request: RequestInit,
): Promise<Result<AsyncIterable<Uint8Array>, Refusal>> {
  const target = URL.parse(path, url);
  if (target === null) return err(noUrl(url));
  try {
    const answer = await fetch(target, { ...request, redirect: 'error' });
    if (answer.ok && answer.body !== null) return ok(answer.body);
    return err(refusalIn(url, await answer.json().catch(() => undefined)));
  } catch (error) {
    return err(unreachable(url, error));
  }
}

const noUrl = (url: string): Refusal =>
  fault('input.url', `${url} is not a URL; expected something like http://127.0.0.1:7300`);

function read<Schema extends z.ZodType>(
  url: string,
  schema: Schema,
  isOk: boolean,
  body: unknown,
): Result<z.output<Schema>, Refusal> {
  if (isOk) {
    const answer = schema.safeParse(body);
    return answer.success ? ok(answer.data) : err(stranger(url));
  }
  return err(refusalIn(url, body));
}

function refusalIn(url: string, body: unknown): Refusal {
  const refusal = refusalAnswer.safeParse(body);
  if (!refusal.success) return stranger(url);
  const { code, message, faults } = refusal.data.error;
  return { code, message, ...(faults === undefined ? {} : { faults }) };
}

const stranger = (url: string): Refusal =>
  fault('unreachable.stranger', `what answers at ${url} is not an orchestrator of this servpack version`);

function unreachable(url: string, error: unknown): Refusal {
  const reason =
    error instanceof Error && error.cause instanceof Error && 'code' in error.cause
      ? ` (${String(error.cause.code)})`
      : '';
  return fault(
    'unreachable',
    `no orchestrator answers at ${url}${reason}; start one with "servpack up", or say with --url where it is`,
  );
}

/**
 * A name as one segment of a path, whatever an operator typed: a lone surrogate would throw, and
 * `..` would ask for another path, even with escaped dots. The API then refuses the name itself.
 */
export const segment = (name: string): string =>
  /^\.{1,2}$/.test(name) ? name.replaceAll('.', '%252E') : encodeURIComponent(name.toWellFormed());

export const campaignPath = (name: string, what = ''): string => `/v1/campaigns/${segment(name)}${what}`;

export const surveyPath = (survey: string, what = ''): string => `/v1/surveys/${segment(survey)}${what}`;
