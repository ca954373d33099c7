import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openBackground } from '../../orchestrator/background/background.ts';
import type { Background } from '../../orchestrator/background/request.ts';
import type { OrchestratorContext } from '../../orchestrator/context.ts';
import { readConfig } from '../../shared/config.ts';
import type { Store } from '../../shared/store/store.ts';
import { openTestStore } from '../contract/store/open-test-store.ts';
import { standingClock } from '../fixtures/context.ts';
import {
  type Answer,
  campaignYaml,
  fleetCsv,
  now,
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';
import { bearer, makeToken } from '../fixtures/tokens.ts';
import { until } from '../fixtures/until.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { fourEyes } from './four-eyes-world.ts';

/** Work for the background waits for this, as it does behind other work. */
let gate: PromiseWithResolvers<void>;
/** What waits. */
let waiting: string[];
let store: Store;
let orchestrator: SmallOrchestrator;
/** The same records, where an edit needs a second person. */
let guarded: SmallOrchestrator;
const time = { passedMs: 0 };

const wait = (what: string): Promise<void> => {
  waiting.push(what);
  return gate.promise;
};

beforeAll(async () => {
  const opened = await openTestStore();
  ({ store } = opened);
  const { url, prefix } = opened;
  const config = unwrapped(readConfig({ REDIS_URL: url, SERVPACK_PREFIX: prefix }));
  const real = openBackground(config);
  const background: Background = async (work, ...asked) => {
    await wait(work);
    return real(work, ...asked);
  };
  // So many that plans, creations and edits go to the background.
  const large = {
    ...store,
    fleetSize: async () => 20_001,
    spellings: async (...asked: Parameters<Store['spellings']>) => {
      if (asked[0].includes('pc-spare')) await wait('removal');
      return store.spellings(...asked);
    },
  };
  const clock = { ...standingClock(now), realNow: () => Date.now() + time.passedMs };
  const context: Partial<OrchestratorContext> = { background, clock };
  orchestrator = await startSmallOrchestrator(large, { context });
  guarded = await startSmallOrchestrator(
    { ...large, close: async () => undefined },
    {
      context: { ...context, fourEyes: fourEyes('edit') },
    },
  );
  gate = Promise.withResolvers();
  gate.resolve();
  waiting = [];
  const spare = 'client,host,logonServer,zone\npc-spare,NT-SPARE,LS-ROM,UTC\n';
  for (const [path, body] of [
    ['/v1/fleet', { file: 'fleet.csv', text: fleetCsv }],
    ['/v1/releases', { path: writeRelease(orchestrator) }],
    ['/v1/campaigns', { file: 'c.yaml', text: campaignYaml() }],
    ['/v1/campaigns/sp4/start', undefined],
    ['/v1/fleet', { file: 'spare.csv', text: spare }],
  ] as const)
    expect(await orchestrator.ask('POST', path, body)).toMatchObject({ status: 200 });
});
afterAll(async () => {
  await guarded[Symbol.asyncDispose]();
  await orchestrator[Symbol.asyncDispose]();
});
beforeEach(() => {
  gate = Promise.withResolvers();
  waiting = [];
  return () => gate.resolve();
});

/** The proof of a request is made again when it is so old. */
async function aged(): Promise<void> {
  const from = performance.now();
  await until('the proof is old', () => performance.now() - from > 1_000);
}

const edit = { file: 'c.yaml', text: campaignYaml('sp4', 'ticket: CHG-1\n'), reason: 'the line is slow' };

const askEdit = (headers: Readonly<Record<string, string>>, at = orchestrator): Promise<Answer> =>
  at.ask('POST', '/v1/campaigns/sp4/edit', edit, headers);

async function signedIn(token: string): Promise<Readonly<Record<string, string>>> {
  const sameSite = { 'sec-fetch-site': 'same-origin' };
  const { headers } = await fetch(`${orchestrator.url}/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...sameSite },
    body: JSON.stringify({ token }),
  });
  return { cookie: headers.get('set-cookie')?.split(';')[0] ?? '', authorization: '', ...sameSite };
}

const codesOf = (answers: readonly Answer[]): readonly unknown[] =>
  answers.map(({ status, body }) => [status, body.code]);

/** What every change leaves behind. */
const entries = async (): Promise<readonly string[]> => (await store.audit(10_000)).map(({ to }) => to);

test('a command that waits before it acts is refused, and changes nothing, when its token was revoked meanwhile', async () => {
  const rows = Array.from({ length: 12_000 }, (_, i) => `new-${i},NT-N-${i},LS-${'x'.repeat(20)},UTC`);
  const large = { file: 'large.csv', text: `client,host,logonServer,zone\n${rows.join('\n')}\n` };
  const [began, go] = ['began', 'go'].map((name) => join(orchestrator.folder, name));
  const path = writeRelease(
    orchestrator,
    `touch ${began}; while [ ! -f ${go} ]; do sleep 0.05; done`,
    'sms-sp5',
  );
  const weekly = campaignYaml('weekly', 'schedule: { cron: "0 22 * * 2", zone: UTC }\n');
  const commands = [
    ['/v1/fleet', large],
    ['/v1/surveys', { targets: { from: 'file', ...large } }],
    ['/v1/campaigns', { file: 'other.yaml', text: campaignYaml('other') }],
    ['/v1/campaigns/sp4/edit', edit],
    ['/v1/schedules', { file: 'weekly.yaml', text: weekly }],
    ['/v1/fleet/remove', { clients: ['pc-spare'], reason: 'gone' }],
    ['/v1/releases', { path }],
  ] as const;
  const token = await makeToken(orchestrator, 'lost', { role: 'administrator', person: 'anna' });
  const before = await entries();
  const asked = commands.map(([to, body]) => orchestrator.ask('POST', to, body, bearer(token)));
  asked.push(askEdit(bearer(token), guarded));
  await until('all of them wait', () => waiting.length === commands.length && existsSync(began ?? ''));
  await orchestrator.ask('POST', '/v1/tokens/lost/revoke', { reason: 'lost on a train' });
  await aged();
  gate.resolve();
  orchestrator.write('go', '');
  expect(codesOf(await Promise.all(asked))).toEqual(asked.map(() => [401, 'token.wrong']));
  expect((await entries()).filter((to) => to !== 'API token revoked')).toEqual(before);
  expect(await store.readRelease('sms-sp5')).toBeNull();
});

describe('an edit that waits', () => {
  test('is refused when its token has expired or its session was ended, and is made when the person signs in again', async () => {
    const expired = bearer(await makeToken(orchestrator, 'short', { expires: '1h' }));
    const anna = await makeToken(orchestrator, 'anna');
    const key = { 'idempotency-key': 'the-same-edit' };
    const asked = [askEdit(expired), askEdit({ ...(await signedIn(anna)), ...key })];
    await until('both wait', () => waiting.length === 2);
    const { sessions } = (await orchestrator.ask('GET', '/v1/sessions')).body;
    await orchestrator.ask('POST', `/v1/sessions/${sessions[0].id}/end`, { reason: 'anna has left' });
    time.passedMs += 2 * 60 * 60_000;
    await aged();
    gate.resolve();
    expect(codesOf(await Promise.all(asked))).toEqual([
      [401, 'token.expired'],
      [401, 'token.noSession'],
    ]);
    expect(await store.readCampaign('sp4')).toMatchObject({
      campaign: expect.not.objectContaining({ edition: 1 }),
    });
    const again = await askEdit({ ...(await signedIn(anna)), ...key });
    expect(again).toMatchObject({ status: 200, body: { edition: 1, isApplied: true } });
  });
});
