import { setTimeout as delay } from 'node:timers/promises';
import { noAnswer } from './no-orchestrator.ts';
import { z } from 'zod';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import { reasonOf, systemCodeOf } from '../../../shared/reason-of.ts';
import { refusalAnswer, userHeader } from '../../http/schemas/fields.ts';
import type { ClientCertificate } from './client-certificate.ts';
import { safe } from '../render/view.ts';
import { untilCut } from './broken-off.ts';
import type { Refusal } from '../../refusal.ts';
import { adviceOnTrust } from './trust.ts';

export interface ApiAddress {
  readonly url: string;
  readonly token: string;
  /** The operator's user name, for the audit. Null when the machine does not know it. */
  readonly user: string | null;
  readonly place?: Place;
  /** Shown in place of a token. */
  readonly certificate?: { readonly pair: ClientCertificate; readonly send: Send };
}

type Send = (target: URL, init: RequestInit) => Promise<Response>;

/** The context that the address comes from. */
export interface Place {
  readonly context: string | null;
  /** Several contexts are known: what changes something says which one it changes. */
  readonly isOneOfMany: boolean;
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * The orchestrator's HTTP API as the commands see it. Answers are typed, and every failure is a
 * value with one clear sentence.
 */
export interface ApiClient {
  /** Names the orchestrator, where several contexts are known; else null. */
  readonly named: string | null;
  /** The address of a page of the orchestrator, for a browser. */
  link(path: string): string;
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
  /** Posts, and waits for the answer as long as it takes. */
  postLong<Schema extends z.ZodType>(
    schema: Schema,
    path: string,
    body: unknown,
  ): Promise<Result<z.output<Schema>, Refusal>>;
  /** Returns text of any length while it arrives. */
  stream(path: string, query?: Query): Promise<Result<AsyncIterable<Uint8Array>, Refusal>>;
  /** Opens an answer that has no end; the caller tries again as it sees fit. */
  open(path: string, query: Query, more: RequestInit): Promise<Response>;
}

export function openApiClient(address: ApiAddress): ApiClient {
  const { token, user, certificate, place = { context: null, isOneOfMany: false } } = address;
  const { context, isOneOfMany } = place;
  const send: Send = certificate?.send ?? fetch;
  const at: Server = { url: address.url, context, send };
  const headers = {
    ...(certificate === undefined ? { authorization: `Bearer ${token}` } : {}),
    ...(user === null ? {} : { [userHeader]: encodeURIComponent(user) }),
  };
  return {
    named: isOneOfMany ? `${context === null ? 'No context' : `Context ${context}`}: ${at.url}` : null,
    link: (path) => addressOf(at.url, path),
    get: (schema, path, query = {}) => request(at, schema, `${path}${queryOf(query)}`, { headers }),
    stream: (path, query = {}) => requestStream(at, `${path}${queryOf(query)}`, { headers }),
    open: (path, query, { headers: more, ...init }) =>
      send(new URL(addressOf(at.url, `${path}${queryOf(query)}`)), {
        ...init,
        headers: { ...headers, ...(more as Record<string, string>) },
        redirect: 'error',
      }),
    post: (schema, path, body) =>
      request(at, schema, path, {
        method: 'POST',
        ...(body === undefined
          ? { headers }
          : { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      }),
    postLong: (schema, path, body) =>
      requestLong(
        at,
        schema,
        path,
        { ...headers, 'content-type': 'application/json' },
        body,
        certificate?.pair,
      ),
  };
}

/** What was changed says where, before anything else, where several contexts are known. */
export const placeLine = ({ named }: ApiClient): readonly string[] => (named === null ? [] : [safe(named)]);

/** Where requests go, and the context that says so. */
interface Server {
  readonly url: string;
  readonly context: string | null;
  readonly send: Send;
}

/** `http://127.0.0.1:7300 of context lab` */
const nameOf = ({ url, context }: Server): string =>
  context === null ? url : `${url} of context ${context}`;

function queryOf(query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

async function request<Schema extends z.ZodType>(
  at: Server,
  schema: Schema,
  path: string,
  init: RequestInit,
): Promise<Result<z.output<Schema>, Refusal>> {
  const target = targetOf(at.url, path);
  if (!target.ok) return target;
  try {
    const response = await patientFetch(at, target.value, init);
    return read(at, schema, response.ok, await response.json().catch(() => undefined));
  } catch (error) {
    return err(unreachable(at, error));
  }
}

async function requestLong<Schema extends z.ZodType>(
  at: Server,
  schema: Schema,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: unknown,
  pair?: ClientCertificate,
): Promise<Result<z.output<Schema>, Refusal>> {
  const target = targetOf(at.url, path);
  if (!target.ok) return target;
  try {
    // Node's HTTP takes an eighth of a command's start, and only an upgrade command needs it.
    const { postAndWait } = await import('./long-request.ts');
    const answer = await postAndWait(target.value, headers, JSON.stringify(body), pair);
    return read(at, schema, answer.isOk, jsonOf(answer.body));
  } catch (error) {
    return err(unreachable(at, error));
  }
}

/** Undefined for a text that is no JSON: a stranger has answered. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const triesAtMost = 10;
/** An orchestrator asks for a second or two; anything longer is for a person to decide. */
const waitAtMostMs = 5_000;

/**
 * Sends a request, and sends it again when the orchestrator asks for a short pause: the request
 * came too fast after others, or the orchestrator is late. Nothing was done then.
 */
async function patientFetch({ send }: Server, target: URL, init: RequestInit): Promise<Response> {
  for (let tries = 1; ; tries += 1) {
    const response = await send(target, { ...init, redirect: 'error' });
    const waitMs = waitAsked(response);
    if (waitMs === null || tries >= triesAtMost) return response;
    await response.body?.cancel();
    await delay(waitMs);
  }
}

/** Null where the answer is one. Only these two come with the header. */
function waitAsked({ status, headers }: Response): number | null {
  const seconds = headers.get('retry-after');
  if ((status !== 429 && status !== 503) || seconds === null || !/^\d+$/.test(seconds)) return null;
  const waitMs = Number(seconds) * 1_000;
  return waitMs > waitAtMostMs ? null : waitMs;
}

async function requestStream(
  at: Server,
  path: string,
  init: RequestInit,
): Promise<Result<AsyncIterable<Uint8Array>, Refusal>> {
  const target = targetOf(at.url, path);
  if (!target.ok) return target;
  try {
    const response = await patientFetch(at, target.value, init);
    if (response.ok && response.body !== null)
      return ok(untilCut(response.body, () => request(at, z.unknown(), '/v1/session', init)));
    return err(refusalIn(at, await response.json().catch(() => undefined)));
  } catch (error) {
    return err(unreachable(at, error));
  }
}

const addressOf = (url: string, path: string): string => `${url.replace(/\/$/, '')}${path}`;

/** What `fetch` would refuse with a text of its own is refused here. */
function targetOf(url: string, path: string): Result<URL, Refusal> {
  const target = URL.parse(addressOf(url, path));
  if (target === null || !/^https?:$/.test(target.protocol))
    return err(
      fault('input.url', `${url} is not a URL of HTTP; expected, for example, http://127.0.0.1:7300`),
    );
  if (target.username !== '' || target.password !== '')
    return err(
      fault(
        'input.url',
        `the URL of ${target.host} must not hold a user or password; the token alone logs in (--token-file)`,
      ),
    );
  return ok(target);
}

function read<Schema extends z.ZodType>(
  at: Server,
  schema: Schema,
  isOk: boolean,
  body: unknown,
): Result<z.output<Schema>, Refusal> {
  if (!isOk) return err(refusalIn(at, body));
  const answer = schema.safeParse(body);
  return answer.success ? ok(answer.data) : err(foreignService(at));
}

function refusalIn(at: Server, body: unknown): Refusal {
  const refusal = refusalAnswer.safeParse(body);
  if (!refusal.success) return foreignService(at);
  const { code, message: said, faults } = refusal.data.error;
  const message = code === 'token.wrong' ? wrongToken(at, said) : said;
  return { code, message, ...(faults === undefined ? {} : { faults }) };
}

const wrongToken = ({ context }: Server, said: string): string =>
  context === null
    ? `${said}; if you mean another one, give --url or --data`
    : `${said} (context ${context}); if you mean another one, give --context`;

const foreignService = (at: Server): Refusal =>
  fault(
    'unreachable.stranger',
    `the program at ${nameOf(at)} is not a servpack orchestrator of this version`,
  );

function unreachable(at: Server, error: unknown): Refusal {
  const { url } = at;
  const code = systemCodeOf(error);
  if (code === 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' || /CERT/.test(code ?? ''))
    return fault(
      'unreachable.tls',
      `${nameOf(at)} cannot be trusted: ${reasonOf(error)}; ${adviceOnTrust(code ?? '')}`,
    );
  const isCut = url.startsWith('http:') && /^(?:ECONNRESET|UND_ERR_SOCKET)$/.test(code ?? '');
  if (isCut || /^(?:ERR_SSL_|EPROTO|HPE_)/.test(code ?? ''))
    return fault(
      isCut ? 'unreachable' : 'unreachable.tls',
      `the program at ${nameOf(at)} cannot be spoken to: ${reasonOf(error)}; ${otherScheme(url)}`,
    );
  const because = code === null ? withoutCode(error) : ` (${reasonOf(error)})`;
  return fault('unreachable', noAnswer(nameOf(at), because, at.context));
}

/** `fetch` never connects to the ports of other protocols (WHATWG Fetch, "bad port"). */
const withoutCode = (error: unknown): string =>
  error instanceof Error && error.cause instanceof Error && error.cause.message === 'bad port'
    ? ' (HTTP is never spoken on this port)'
    : '';

const otherScheme = (url: string): string =>
  url.startsWith('https:') ? 'if it has no TLS, give it as http://' : 'if it has TLS, give it as https://';

/**
 * Returns a name as one segment of a path, whatever the operator typed. A lone surrogate would
 * throw, and `..` would select another path, even with escaped dots. The API refuses such a name.
 */
export const segment = (name: string): string =>
  /^\.{1,2}$/.test(name) ? name.replaceAll('.', '%252E') : encodeURIComponent(name.toWellFormed());

export const campaignPath = (name: string, what = ''): string => `/v1/campaigns/${segment(name)}${what}`;

export const surveyPath = (survey: string, what = ''): string => `/v1/surveys/${segment(survey)}${what}`;
