import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operations } from '../../orchestrator/http/contract/operations.ts';
import { permissions, type Role, roles } from '../../orchestrator/http/contract/permissions.ts';
import { standingClock } from '../fixtures/context.ts';
import { now, type SmallOrchestrator, startSmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { bearer, makeToken } from '../fixtures/tokens.ts';
import { rolesTable } from './roles-table.ts';

/** Real time of the orchestrator: the tests move it on. */
let realNow = Date.now();
let orchestrator: SmallOrchestrator;
const tokens = new Map<Role | 'expired' | 'revoked', string>();

beforeAll(async () => {
  const clock = { ...standingClock(now), realNow: () => realNow };
  orchestrator = await startSmallOrchestrator(undefined, { context: { clock } });
  for (const role of roles) tokens.set(role, await makeToken(orchestrator, role, { role }));
  tokens.set('expired', await makeToken(orchestrator, 'old', { role: 'administrator', expires: '1h' }));
  tokens.set('revoked', await makeToken(orchestrator, 'lost', { role: 'administrator' }));
  await orchestrator.ask('POST', '/v1/tokens/lost/revoke', { reason: 'lost' });
  realNow += 60 * 60_000;
});
afterAll(async () => orchestrator[Symbol.asyncDispose]());

/** Every operation of the document, on a name that nothing has. */
const routes = Object.entries(operations).map(([route, operation]) => {
  const [method = '', url = ''] = route.split(' ');
  return { route, method, path: url.replaceAll(/:\w+/g, 'x-1'), operation };
});

const ask = async (
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ status: number; code: string | null; role: unknown }> => {
  const response = await fetch(`${orchestrator.url}${path}`, { method, headers });
  const text = await response.text();
  const problem = response.status >= 400 ? (JSON.parse(text) as { code: string; role?: unknown }) : null;
  return { status: response.status, code: problem?.code ?? null, role: problem?.role ?? null };
};

const guarded = routes.filter(({ operation }) => operation.needs !== null);

describe('every operation of the document', () => {
  test.each([
    ['no token', () => ({}), 'token.missing'],
    ['a wrong token', () => bearer('sp_aaaaaaaa_wrong'), 'token.wrong'],
    [
      'a token with a wrong secret',
      () => bearer(`${tokens.get('administrator')?.slice(0, -2)}xx`),
      'token.wrong',
    ],
    ['an expired token', () => bearer(tokens.get('expired') ?? ''), 'token.expired'],
    ['a revoked token', () => bearer(tokens.get('revoked') ?? ''), 'token.wrong'],
  ] as const)('refuses %s, unless it is open to everybody', async (_what, headers, code) => {
    const found = await Promise.all(
      routes.map(async ({ route, method, path, operation }) => {
        const { status, code: said } = await ask(method, path, headers());
        return [route, status === 401 ? said : 'answered', operation.needs === null];
      }),
    );
    expect(found).toEqual(found.map(([route, , isOpen]) => [route, isOpen ? 'answered' : code, isOpen]));
    expect(guarded.length).toBeGreaterThan(70);
  });

  test.each(roles)('allows the role %s what the table says, and nothing else', async (role) => {
    const headers = bearer(tokens.get(role) ?? '');
    const found = await Promise.all(
      guarded.map(async ({ route, method, path, operation }) => {
        const { status, code, role: said } = await ask(method, path, headers);
        const allowed = operation.needs === null ? [] : permissions[operation.needs];
        return { route, is: status === 403 ? { code, said } : null, allowed, status };
      }),
    );
    expect(found.filter(({ status }) => status === 401)).toEqual([]);
    expect(found.map(({ route, is }) => [route, is])).toEqual(
      found.map(({ route, allowed }) => [
        route,
        (allowed as readonly Role[]).includes(role)
          ? null
          : { code: 'role.missing', said: { needs: allowed, has: role } },
      ]),
    );
  });
});

test('a refusal names the role that is needed, and the one that the caller has', async () => {
  const { body } = await orchestrator.ask(
    'POST',
    '/v1/halt',
    { reason: 'smoke' },
    bearer(tokens.get('viewer') ?? ''),
  );
  expect(body).toMatchObject({
    type: '/problems/role',
    status: 403,
    detail: '"Halt everything" needs operator, approver or administrator; you are viewer (token viewer)',
    role: { needs: ['operator', 'approver', 'administrator'], has: 'viewer' },
  });
});

test('docs/api.md has the table of the permissions', () => {
  expect(readFileSync(join(import.meta.dirname, '../../docs/api.md'), 'utf8')).toContain(rolesTable());
});
