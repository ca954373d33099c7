import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fault } from '../../shared/errors.ts';
import { refuse } from './problems.ts';
import { providerRoutes } from './routes/provider-routes.ts';
import type { Problem } from './schemas/problems.ts';

/** Where `npm run build:web` puts the page. */
export const pageFolder = join(import.meta.dirname, '../web/dist');

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A file of the page: it is no part of the API, and needs no token. */
    isPage?: boolean;
  }
}

/** Only its own files and its own API; no frame, no plug-in, no form to anywhere else. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Paths of the API: a person who mistypes one gets its problem document, not the page. */
const isApi = (path: string): boolean => /^\/(?:v1|problems|auth)(?:\/|$)/.test(path);

const pathOf = ({ url }: FastifyRequest): string => url.split('?')[0] ?? '';

/**
 * Whether a request that no route answers is one for a screen of the page: its screens have paths
 * of their own, and a browser that opens one of them says that it wants HTML.
 */
const wantsPage = (request: FastifyRequest): boolean =>
  request.is404 &&
  (request.method === 'GET' || request.method === 'HEAD') &&
  /\btext\/html\b/.test(request.headers.accept ?? '') &&
  !isApi(pathOf(request));

/** The routes of the page; the API has none of them. */
export const pageRoutes: readonly string[] = ['/', '/assets/:file', ...Object.values(providerRoutes)];

/**
 * The page of people at `/`, beside the API. The names of its files hold their hashes, so browsers
 * keep them; `index.html` is asked for each time. Every other path that a browser opens is
 * a screen of the page and gets the same file. Without a built page the answer says how to build
 * it. Call it before hooks that refuse requests.
 * @param folder of the built page
 */
export function servePage(app: FastifyInstance, folder = pageFolder): void {
  void app.register(fastifyStatic, { root: folder, serve: false, cacheControl: false, preCompressed: true });
  // Before the hooks that ask for a token and for the records: the page is there while Redis is
  // away.
  app.addHook('onRequest', async (request, reply) =>
    wantsPage(request) ? reply.send(sendPage(request, reply, folder)) : undefined,
  );
  const config = { isPage: true, open: true };
  app.get('/', { config }, async (request, reply) => sendPage(request, reply, folder));
  app.get<{ Params: { file: string } }>('/assets/:file', { config }, async (request, reply) => {
    const { file } = request.params;
    if (!/^[\w-]+\.(?:js|css|svg)$/.test(file) || !existsSync(join(folder, 'assets', file)))
      return refuse(reply, fault('notFound.route', 'the page has no such file; load the page again'));
    return reply
      .header('cache-control', 'public, max-age=31536000, immutable')
      .sendFile(join('assets', file));
  });
}

/** The one document of the page. Its links are relative: they lead up from where the browser is. */
function sendPage(request: FastifyRequest, reply: FastifyReply, folder: string): string | Problem {
  const file = join(folder, 'index.html');
  if (!existsSync(file))
    return refuse(reply, fault('page.notBuilt', 'the page is not built: npm run build:web'));
  const depth = pathOf(request).split('/').length - 2;
  const up = depth <= 0 ? './' : '../'.repeat(depth);
  reply
    .code(200)
    .header('content-security-policy', policy)
    .header('cache-control', 'no-cache')
    .type('text/html; charset=utf-8');
  return readFileSync(file, 'utf8').replaceAll('="./', `="${up}`);
}
