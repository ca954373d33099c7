import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { servePage } from '../../orchestrator/http/page.ts';
import { buildPage, isCurrent } from '../../orchestrator/web/build.ts';
import { type SmallOrchestrator, startSmallOrchestrator } from '../fixtures/small-orchestrator.ts';

let orchestrator: SmallOrchestrator;
const folder = mkdtempSync(join(tmpdir(), 'servpack-page-'));

beforeAll(async () => void (orchestrator = await startSmallOrchestrator()));
afterAll(async () => {
  await orchestrator[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const at = (path: string, init: RequestInit = {}) => fetch(`${orchestrator.url}${path}`, init);
const scriptIn = (page: string): string => /src="([^"]+\.js)"/.exec(page)?.[1] ?? '';

describe('the page', () => {
  test('is there without a token, and allows only its own files', async () => {
    const response = await at('/', { headers: html });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(policy).not.toContain('upgrade-insecure-requests');
  });

  test.each([
    ['/', './'],
    ['/campaigns', './'],
    ['/campaigns/sms-sp4', '../'],
    ['/campaigns/sms-sp4/more', '../../'],
  ])('links from %s to its files by %s, so that it works below any path', async (path, up) => {
    const response = await at(path, { headers: html });
    const script = scriptIn(await response.text());
    expect(script.startsWith(`${up}assets/`)).toBe(true);
    const file = await at(new URL(script, `${orchestrator.url}${path}`).pathname);
    expect([file.status, file.headers.get('cache-control')]).toEqual([
      200,
      'public, max-age=31536000, immutable',
    ]);
  });

  test('sends its files compressed to a browser that takes them so, and plain to others', async () => {
    const page = await at('/', { headers: html });
    const path = new URL(scriptIn(await page.text()), `${orchestrator.url}/`).pathname;
    const [packed, plain] = await Promise.all(
      ['gzip, deflate, br', 'identity'].map((encoding) =>
        at(path, { headers: { 'accept-encoding': encoding } }),
      ),
    );
    expect(packed?.headers.get('content-encoding')).toBe('gzip');
    expect(Number(packed?.headers.get('content-length'))).toBeLessThan(60_000);
    expect(plain?.headers.get('content-encoding')).toBeNull();
    for (const answer of [packed, plain]) {
      expect(answer?.headers.get('content-type')).toContain('javascript');
      expect(answer?.headers.get('vary')?.toLowerCase()).toContain('accept-encoding');
    }
    expect(await packed?.text()).toBe(await plain?.text());
  });

  test('answers HEAD as GET, without a body', async () => {
    for (const path of ['/', '/clients/pc-1']) {
      const response = await at(path, { method: 'HEAD', headers: html });
      expect([response.status, await response.text()]).toEqual([200, '']);
    }
  });

  test.each([
    ['/nowhere', { accept: 'application/json' }],
    ['/v1/nowhere', html],
    ['/problems/nothing/at/all', html],
    ['/assets/other.js', html],
    ['/assets/..%2Findex.html', html],
  ])('is not the answer to %s', async (path, headers) => {
    const response = await at(path, { headers });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
  });

  test('says how to build it where it is not built', async () => {
    const app = fastify();
    servePage(app, join(folder, 'nothing'));
    const response = await app.inject({ url: '/', headers: html });
    expect(response.statusCode).toBe(503);
    expect(response.json()).toMatchObject({ detail: 'the page is not built: npm run build:web' });
    await app.close();
  });
});

describe('the build of the page', () => {
  test('gives the same files twice, small enough, and nothing to do while nothing has changed', async () => {
    const builds = [join(folder, 'a'), join(folder, 'b')];
    for (const build of builds) await buildPage(build);
    const [first, second] = builds.map((build) => readdirSync(join(build, 'assets')).toSorted());
    expect(second).toEqual(first);
    const bytes = (ending: string): number =>
      (first ?? [])
        .filter((name) => name.endsWith(ending))
        .reduce((sum, name) => sum + readFileSync(join(folder, 'a/assets', name)).length, 0);
    expect(bytes('.js.gz')).toBeGreaterThan(5_000);
    expect(bytes('.js.gz')).toBeLessThan(60_000);
    expect(bytes('.css.gz')).toBeLessThan(12_000);
    expect(isCurrent()).toBe(true);
  });

  test('names nothing outside of the page', () => {
    const text = readdirSync(join(folder, 'a/assets'))
      .map((name) => readFileSync(join(folder, 'a/assets', name), 'utf8'))
      .join('\n');
    const addresses = [...text.matchAll(/https?:\/\/[\w.-]+/g)].map(([found]) => found);
    // Namespaces of SVG and MathML are names, no addresses.
    expect(addresses.filter((each) => each !== 'http://www.w3.org')).toEqual([]);
  });
});
