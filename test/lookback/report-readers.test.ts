import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Background } from '../../orchestrator/background/request.ts';
import { lookBackHere } from '../../orchestrator/campaigns/look-back.ts';
import type { Caller } from '../../orchestrator/caller.ts';
import { LookBacks } from '../../orchestrator/campaigns/look-backs.ts';
import { planStart } from '../../orchestrator/campaigns/plan-start.ts';
import { makePlans, planTiming } from '../../orchestrator/rounds/make-plans.ts';
import { testLog } from '../fixtures/context.ts';
import {
  type SmallOrchestrator,
  startRunning,
  startSmallOrchestrator,
} from '../fixtures/small-orchestrator.ts';
import { bearer, makeToken } from '../fixtures/tokens.ts';
import { until } from '../fixtures/until.ts';
import { contextOf } from '../integration/admitted-clients.ts';
import { createMemoryStore } from '../twin/memory-store.ts';

const oneWave =
  'campaign: sp4\nrelease: sms-sp4\ngate: { failures: 100 % }\nwaves: [{ name: all, rest: true }]\n';
const report = '/v1/campaigns/sp4/report';

interface Begun {
  readonly gone: AbortSignal | undefined;
  readonly goOn: () => void;
}

/** Readings of the audit, in the order in which they began; each ends when the test says so. */
const begun: Begun[] = [];
const stack = new AsyncDisposableStack();
let orchestrator: SmallOrchestrator;

beforeAll(async () => {
  const store = createMemoryStore(Date.now);
  const first = stack.use(await startRunning(store, oneWave));
  const context = contextOf(first);
  const plan = async (_work: string, _who: string, name: string) => planStart(context, name);
  await makePlans(plan as Background, { ...planTiming, notBeforeMs: 0 }).run(context);
  const background = async (
    _work: 'lookBack',
    _who: string,
    request: Parameters<typeof lookBackHere>[1],
    all?: Caller,
  ) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    begun.push({ gone: all?.gone, goOn: resolve });
    await promise;
    return lookBackHere(context, request);
  };
  const changed = { background: background as Background, lookBacks: new LookBacks(testLog()) };
  orchestrator = stack.use(await startSmallOrchestrator(store, { context: changed }));
});
afterAll(async () => stack.disposeAsync());

const asked = (path: string, signal: AbortSignal | null = null, headers = bearer(orchestrator.token)) =>
  fetch(`${orchestrator.url}${path}`, { headers, signal });

const reading = async (number: number): Promise<Begun> => {
  await until(`reading ${number} begins`, () => begun.length >= number);
  return begun[number - 1] as Begun;
};

test('a reading ends when all who wait for it have gone, and the next one who asks begins another', async () => {
  const [one, other] = [new AbortController(), new AbortController()];
  const answers = [asked(report, one.signal), asked(`${report}/document`, other.signal)];
  const { gone, goOn } = await reading(1);
  one.abort();
  await expect(answers[0]).rejects.toThrow(/abort/);
  expect(gone?.aborted).toBe(false);
  other.abort();
  await expect(answers[1]).rejects.toThrow(/abort/);
  await until('it is broken off', () => gone?.aborted === true);
  goOn();
});

test('a reading ends when the token of who waits for it is revoked', async () => {
  const token = await makeToken(orchestrator, 'lost');
  const answer = asked(`${report}/html`, null, bearer(token));
  const { gone, goOn } = await reading(2);
  await orchestrator.ask('POST', '/v1/tokens/lost/revoke', { reason: 'lost on a train' });
  await until('it is broken off', () => gone?.aborted === true);
  const { status } = await answer;
  expect([status, ((await (await answer).json()) as { readonly code: string }).code]).toEqual([
    401,
    'token.wrong',
  ]);
  goOn();
});

test('all forms of a report share one reading, and lists of its clients need none', async () => {
  const forms = ['', '/document', '/html', '/markdown'].map((form) => `${report}${form}`);
  const first = forms.map((path) => asked(path));
  const { goOn } = await reading(3);
  const lists = await Promise.all(['csv', 'jsonl'].map((format) => asked(`${report}?format=${format}`)));
  expect(lists.map(({ status }) => status)).toEqual([200, 200]);
  goOn();
  const texts = await Promise.all(first.map(async (answer) => (await answer).text()));
  const again = await Promise.all(forms.map(async (path) => (await asked(path)).text()));
  expect(again).toEqual(texts);
  expect(texts[0]).toContain('"comparedAt":"2');
  expect(begun).toHaveLength(3);
});
