import type { ApiProblem, Asked } from './problem.ts';
import { offline } from './problem.ts';

/** The address of the page, with the path of a proxy: its scripts are in `assets` below it. */
export const baseUrl: string = new URL('../', import.meta.url).href;

/** The API as the page calls it. Every failure is a value with one sentence. */
export interface Api {
  get<T>(path: string, signal?: AbortSignal): Promise<Asked<T>>;
  /** Each call is one request by its key: repeated by a retry, it is not done twice. */
  post<T>(path: string, body?: unknown): Promise<Asked<T>>;
  delete<T>(path: string): Promise<Asked<T>>;
  /** The raw answer, for streams and downloads. */
  open(path: string, init?: RequestInit): Promise<Response>;
}

/** The cookie of the session proves who asks. */
export function openApi(): Api {
  const open = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(new URL(path, baseUrl), {
      credentials: 'same-origin',
      redirect: 'error',
      cache: 'no-store',
      ...init,
    });
  async function ask<T>(path: string, init?: RequestInit): Promise<Asked<T>> {
    try {
      return await read<T>(await open(path, init));
    } catch {
      return { ok: false, problem: offline };
    }
  }
  return {
    open,
    get: (path, signal) => ask(path, signal === undefined ? {} : { signal }),
    post: (path, body) =>
      ask(path, {
        method: 'POST',
        headers: {
          'idempotency-key': keyNow(),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    delete: (path) => ask(path, { method: 'DELETE' }),
  };
}

async function read<T>(response: Response): Promise<Asked<T>> {
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return { ok: true, value: body as T };
  const { status } = response;
  const {
    code = 'unknown',
    detail = `the orchestrator answered ${status}`,
    error: { faults = [] } = {},
  } = Object(body) as Partial<ApiProblem> & { readonly error?: Pick<ApiProblem, 'faults'> };
  const wait = Number(response.headers.get('retry-after'));
  return {
    ok: false,
    problem: {
      status,
      code,
      detail,
      ...(wait > 0 ? { retryAfterMs: wait * 1_000 } : {}),
      ...(faults.length > 0 ? { faults } : {}),
    },
  };
}

/** 128 random bits. `crypto.randomUUID` is missing where the page has no TLS and is not local. */
const keyNow = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
