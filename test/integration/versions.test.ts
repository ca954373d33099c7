import { describe, expect, test } from 'vitest';
import { campaignYaml, type SmallOrchestrator, startRunning } from '../fixtures/small-orchestrator.ts';
import { stores } from '../fixtures/stores.ts';

const path = '/v1/campaigns/sp4';
const edit = (active: number) => ({
  file: 'c.yaml',
  text: campaignYaml('sp4', `budgets: { active: ${active} }\n`),
  reason: 'a slow line',
});

/** Sends a request with these headers and nothing that a fixture adds. */
async function send(
  { url, token }: SmallOrchestrator,
  method: string,
  at: string,
  headers: Record<string, string> = {},
  body?: object,
) {
  const response = await fetch(`${url}${at}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    etag: response.headers.get('etag'),
    text,
    body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}

describe.each(stores)('the version of a campaign, on the %s store', (_name, open) => {
  test('is its ETag, for HEAD too, and grows with every change', async () => {
    await using orchestrator = await startRunning(await open());
    const before = await send(orchestrator, 'GET', path);
    expect(before.etag).toMatch(/^"c\d+"$/);
    expect(await send(orchestrator, 'HEAD', path)).toMatchObject({
      status: 200,
      etag: before.etag,
      text: '',
    });
    await orchestrator.ask('POST', `${path}/pause`, { reason: 'phones ring' });
    expect((await send(orchestrator, 'GET', path)).etag).not.toBe(before.etag);
  });

  test('answers 304 to who has the history already', async () => {
    await using orchestrator = await startRunning(await open());
    const { etag } = await send(orchestrator, 'GET', `${path}/history`);
    const known = { 'if-none-match': `"other", W/${etag}` };
    expect(await send(orchestrator, 'GET', `${path}/history`, known)).toMatchObject({
      status: 304,
      etag,
      text: '',
    });
    await orchestrator.ask('POST', `${path}/edit`, edit(9));
    expect((await send(orchestrator, 'GET', `${path}/history`, known)).status).toBe(200);
  });

  test('has to be named by an edit, which is refused with the difference where it is an older one', async () => {
    await using orchestrator = await startRunning(await open());
    const missing = await send(orchestrator, 'POST', `${path}/edit`, {}, edit(9));
    expect(missing).toMatchObject({ status: 428, body: { code: 'version.missing' } });
    const dry = await send(orchestrator, 'POST', `${path}/edit`, {}, { ...edit(9), dryRun: true });
    expect(dry).toMatchObject({ status: 200, body: { isApplied: false } });
    const { etag } = await send(orchestrator, 'GET', path);
    const first = await send(orchestrator, 'POST', `${path}/edit`, { 'if-match': etag ?? '' }, edit(9));
    expect(first).toMatchObject({ status: 200, body: { isApplied: true } });

    const late = await send(orchestrator, 'POST', `${path}/edit`, { 'if-match': etag ?? '' }, edit(7));
    expect(late).toMatchObject({
      status: 412,
      body: {
        type: '/problems/version',
        code: 'version.changed',
        errors: [{ pointer: expect.stringMatching(/^#\//), detail: expect.stringContaining('9') }],
      },
    });
    // Nothing was changed, and the answer names the version that the difference is of.
    const now = await send(orchestrator, 'GET', path);
    expect(late.etag).toBe(now.etag);
    const again = await send(orchestrator, 'POST', `${path}/edit`, { 'if-match': late.etag ?? '' }, edit(7));
    expect(again).toMatchObject({ status: 200, body: { isApplied: true } });
    const back = { edition: 0, reason: 'the line is mended' };
    expect((await send(orchestrator, 'POST', `${path}/revert`, {}, back)).status).toBe(428);
    expect((await send(orchestrator, 'POST', `${path}/revert`, { 'if-match': '"x"' }, back)).status).toBe(
      412,
    );
    expect((await send(orchestrator, 'POST', `${path}/revert`, { 'if-match': '*' }, back)).status).toBe(200);
  });
});
