import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttp, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type ApiAddress, openApiClient } from '../../orchestrator/cli/client/api-client.ts';
import { fetchWith } from '../../orchestrator/cli/client/client-certificate.ts';
import { makeAuthority } from '../fixtures/authority.ts';

/** A server that sends everybody to another one, which notes who comes. */
const statuses = [301, 302, 303, 307, 308];
const folder = mkdtempSync(join(tmpdir(), 'servpack-redirects-'));
const usual = tls.getCACertificates('default');
const visits: string[] = [];
let status = 302;
let elsewhere: string;
let servers: readonly Server[];
let urls: { readonly http: string; readonly https: string };
let pair: { readonly cert: Buffer; readonly key: Buffer };

beforeAll(async () => {
  const authority = makeAuthority(folder);
  const files = authority.issue('one');
  pair = { cert: readFileSync(files.cert), key: readFileSync(files.key) };
  tls.setDefaultCACertificates([...usual, readFileSync(authority.ca, 'utf8')]);
  const other = createHttp((request, response) => {
    visits.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    response.setHeader('content-type', 'application/json').end('{"schemaVersion":1}');
  });
  const redirect: Parameters<typeof createHttp>[1] = (_request, response) =>
    response.writeHead(status, { location: `${elsewhere}/taken` }).end();
  const [plain, secure] = [createHttp(redirect), createHttps(pair, redirect)];
  servers = [other, plain, secure];
  const ports = await Promise.all(
    servers.map(async (server) => {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    }),
  );
  elsewhere = `http://127.0.0.1:${ports[0]}`;
  urls = { http: `http://127.0.0.1:${ports[1]}`, https: `https://127.0.0.1:${ports[2]}` };
});
afterAll(() => {
  for (const server of servers) server.close();
  tls.setDefaultCACertificates(usual);
  rmSync(folder, { recursive: true, force: true });
});

/** The ways in which a command sends requests. */
const ways = {
  get: (address: ApiAddress) => openApiClient(address).get(z.unknown(), '/v1/campaigns'),
  post: (address: ApiAddress) => openApiClient(address).post(z.unknown(), '/v1/halt', { reason: 'x' }),
  postLong: (address: ApiAddress) => openApiClient(address).postLong(z.unknown(), '/v1/releases', {}),
  stream: (address: ApiAddress) => openApiClient(address).stream('/v1/fleet/export'),
  open: async (address: ApiAddress) =>
    openApiClient(address)
      .open('/v1/events', {}, {})
      .then(
        () => ({ ok: true }) as const,
        () => ({ ok: false }) as const,
      ),
};

describe('a command that is answered with a redirect', () => {
  test.each(Object.entries(ways))('fails, and sends its token nowhere: %s', async (_name, ask) => {
    const address = { token: 'a-secret', user: null };
    for (status of statuses) {
      for (const url of [urls.http, urls.https]) {
        const certificate = { pair, send: fetchWith(pair) };
        const own = url === urls.https ? [{}, { certificate }] : [{}];
        for (const shown of own)
          expect(await ask({ ...address, url, ...shown })).toMatchObject({ ok: false });
      }
    }
    expect(visits).toEqual([]);
  });
});
