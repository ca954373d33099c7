import { describe, expect, test } from 'vitest';
import { withNextStep } from '../../orchestrator/campaigns/after-answer.ts';
import { answerApproval, openApprovals } from '../../orchestrator/campaigns/approvals.ts';
import { questionLines } from '../../orchestrator/cli/render/approvals.ts';
import { checkApprovals } from '../../orchestrator/doctor/approvals.ts';
import { checkStops } from '../../orchestrator/doctor/stops.ts';
import { runCampaigns } from '../../orchestrator/rounds/run-campaigns.ts';
import { type Upgrade, withMemory } from '../../shared/domain/upgrade/state.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { difference } from '../../shared/domain/outcome/counters.ts';
import { countersOf } from '../../shared/domain/upgrade/count-upgrade.ts';
import type { Store } from '../../shared/store/store.ts';
import type { UpgradeKey } from '../../shared/store/types.ts';
import { standingClock } from '../fixtures/context.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { now, type SmallOrchestrator, startRunning } from '../fixtures/small-orchestrator.ts';
import { storesAndShards } from '../fixtures/stores.ts';
import { anna, bring, contextOf, firstWave, kim, rest, wide } from './admitted-clients.ts';

const until = now + 60_000;

/** A client whose next step waits for approval, as a driver leaves it. */
const asking =
  (isForAll: boolean) =>
  (upgrade: Upgrade): Upgrade => ({
    ...withMemory(upgrade, {
      history: {
        approvals: {
          ask: { step: 'relocation', attempt: 'relocation of pcm', isForAll, since: now, until },
          answers: {},
          expired: 0,
        },
      },
    }),
    state: { phase: 'deferred', class: 'approval', until, because: 'waits for approval', blockers: [] },
  });

const withRule = (rule: string): string => `${wide}approvals: [${rule}]\n`;

const open = async (orchestrator: SmallOrchestrator) =>
  (await orchestrator.ask('GET', '/v1/approvals?campaign=sp4')).body.approvals;

const answer = (orchestrator: SmallOrchestrator, body: object, who: Record<string, string> = kim) =>
  orchestrator.ask('POST', '/v1/approvals', body, who);

describe.each(storesAndShards)('approvals, on the %s store', (_name, openStore) => {
  test('a client waits for its own approval: the answer wakes the client, and the audit has what was shown', async () => {
    await using orchestrator = await startRunning(await openStore(), withRule('{ each: relocation }'));
    const [client = ''] = await firstWave(orchestrator, 1);
    await bring(orchestrator.store, client, asking(false), rest);
    const [found] = await open(orchestrator);
    const id = `sp4/client/${client}/1/relocation/pcm`;
    expect(found).toMatchObject({
      id,
      client,
      expires: '2026-11-17T09:01:00Z',
      onExpiry: 'reject',
      by: 'anyone',
    });
    const refused = await answer(orchestrator, { id, answer: 'approved', shown: '0'.repeat(64) });
    expect([refused.status, refused.body.error.code]).toEqual([409, 'approval.changed']);

    const yes = await answer(orchestrator, { id, answer: 'approved', shown: found.shown, reason: 'seen' });
    expect(yes.body).toEqual({ id, campaign: 'sp4', because: 'approved by token default (says kim): seen' });
    const stored = await orchestrator.store.readUpgrade({ campaign: 'sp4', client });
    expect(stored).toMatchObject({ index: 'due', upgrade: { state: { phase: 'looking' } } });
    const [entry] = await orchestrator.store.audit(1, { campaign: 'sp4', client });
    expect(entry).toMatchObject({ who: 'token default (says kim)', from: 'deferred', to: 'looking' });
    expect(entry?.because).toContain(`shown (SHA-256 ${found.shown}): ${found.text[0]}`);

    const again = await answer(orchestrator, { id, answer: 'rejected', reason: 'no' });
    expect(again.body.because).toBe('ignored: answered already: approved by token default (says kim): seen');
    expect(await open(orchestrator)).toEqual([]);
  });

  test('one approval of a step wakes every client that waits for the step', async () => {
    await using orchestrator = await startRunning(await openStore(), withRule('{ remediation: relocation }'));
    const clients = await firstWave(orchestrator, 2);
    for (const client of clients) await bring(orchestrator.store, client, asking(true), rest);
    await runCampaigns().run(contextOf(orchestrator));
    const [found] = await open(orchestrator);
    expect(found).toMatchObject({ id: 'sp4/remediation/relocation', client: null });
    expect(found.text[1]).toBe(`clients that wait for it now: 2: ${clients.join(', ')}`);
    expect((await checkApprovals(orchestrator.store, now + 90_000_000))[0]).toMatchObject({
      says: expect.stringContaining('step relocation waits for approval'),
    });
    expect((await answer(orchestrator, { id: found.id, answer: 'approved' })).body.because).toContain(
      'step relocation approved by token default (says kim)',
    );
    for (const client of clients)
      expect(await orchestrator.store.readUpgrade({ campaign: 'sp4', client })).toMatchObject({
        upgrade: { state: { phase: 'looking' } },
      });
    // A client that asked in the moment of the answer is woken by the next round.
    const late = { campaign: 'sp4', client: await nextDue(orchestrator, clients) };
    await ask(orchestrator.store, late);
    expect(await orchestrator.store.readUpgrade(late)).toMatchObject({
      upgrade: { state: { class: 'approval' } },
    });
    await runCampaigns().run(contextOf(orchestrator));
    expect(await orchestrator.store.readUpgrade(late)).toMatchObject({
      upgrade: { state: { phase: 'looking' } },
    });
  });
});

/** A client that was admitted and that no worker has begun. */
async function nextDue({ store }: SmallOrchestrator, others: readonly string[]): Promise<string> {
  const found = await Array.fromAsync(store.upgrades('sp4'));
  return found.map(({ key }) => key.client).find((client) => !others.includes(client)) ?? '';
}

/** A driver takes the upgrade and leaves it with its question. */
async function ask(store: Store, key: UpgradeKey): Promise<void> {
  const begun = await store.begin(key, 1, 'driver', 60_000, now);
  if (begun.kind !== 'begun') throw new Error(begun.because);
  const upgrade = asking(true)(begun.stored.upgrade);
  const counters = difference(countersOf(begun.stored.upgrade), countersOf(upgrade));
  const commit = {
    key,
    version: begun.stored.version,
    fence: begun.fence,
    upgrade,
    counters,
    place: rest,
    at: now,
  };
  await store.commit({ ...commit, consumed: 0, step: 'finish', audit: null, evidence: [] });
}

describe('a wave that needs an approval', () => {
  const file = `${wide.replace('count: 5 }', 'count: 5, gate: { settled: 0 %, failures: 100 %, minSample: 1 } }')}approvals: [{ wave: rest, expires: 24h, by: another }]\n`;

  test('is refused to its author and shown on every screen', async () => {
    await using orchestrator = await startRunning(undefined, file);
    for (const client of await firstWave(orchestrator, 5))
      await bring(orchestrator.store, client, upgraded, { index: 'settled' });
    await runCampaigns().run(contextOf(orchestrator));
    const { body } = await orchestrator.ask('GET', '/v1/campaigns/sp4');
    expect(body.approvals).toEqual([
      'wave rest waits for approval by another person than its authors, since 2026-11-17T09:00:00Z, expires 2026-11-18T09:00:00Z',
    ]);
    expect(body.actions).toContain('servpack campaign approvals sp4');
    const { stdout } = await runHosted(orchestrator, ['campaign', 'approvals', 'sp4']);
    expect(stdout).toContain('wave rest of campaign sp4: work begins on its 5 clients');
    // The author of this campaign named no user, so nobody is known to be another person.
    const refused = await answer(orchestrator, { id: 'sp4/wave/rest', answer: 'approved' }, anna);
    expect([refused.status, refused.body.error.message]).toEqual([
      409,
      expect.stringContaining('another person must approve'),
    ]);
    const no = await runHosted(orchestrator, ['campaign', 'reject', 'sp4/wave/rest', '--reason', 'payroll']);
    expect(no.stdout).toContain('wave rest rejected by');
    expect((await orchestrator.ask('GET', '/v1/campaigns/sp4')).body).toMatchObject({ status: 'paused' });
  });
});

const upgraded = (upgrade: Upgrade): Upgrade => ({
  ...upgrade,
  state: { phase: 'settled', at: now, end: 'upgraded', cause: 'proved', because: 'proved', blockers: [] },
});

test('answers about steps take no number of an edition', async () => {
  const file = withRule('{ remediation: relocation }');
  await using orchestrator = await startRunning(undefined, file);
  const { store } = orchestrator;
  const [client = ''] = await firstWave(orchestrator, 1);
  await bring(store, client, asking(true), rest);
  await runCampaigns().run(contextOf(orchestrator));
  const before = await store.readCampaign('sp4');
  expect((await answer(orchestrator, { id: 'sp4/remediation/relocation', answer: 'approved' })).status).toBe(
    200,
  );
  const rules = async () => (await contextOf(orchestrator).rulebook.of('sp4', null)).rules.approvals?.answers;
  expect(await rules()).toMatchObject({ relocation: { is: 'approved' } });
  const text = `${file}budgets: { active: 7 }\n`;
  const edited = await orchestrator.ask('POST', '/v1/campaigns/sp4/edit', {
    file: 'c.yaml',
    text,
    reason: 'x',
  });
  expect([before?.campaign.edition, edited.body.edition]).toEqual([undefined, 1]);
  const { body } = await orchestrator.ask('GET', '/v1/campaigns/sp4/history');
  expect(body).toMatchObject({ edition: 1, editions: [{ edition: 0 }, { edition: 1 }] });
});

test('a late approval does not resume the campaign: the answer and the screens say so, with the next command', async () => {
  const file = `${wide.replace('count: 5 }', 'count: 5, gate: { settled: 0 %, failures: 100 %, minSample: 1 } }')}approvals: [{ wave: rest, expires: 24h, onExpiry: pause }]\n`;
  await using orchestrator = await startRunning(undefined, file);
  const { store } = orchestrator;
  const [first = '', ...others] = await firstWave(orchestrator, 5);
  for (const client of [first, ...others]) await bring(store, client, upgraded, { index: 'settled' });
  await runCampaigns().run(contextOf(orchestrator));
  const hour = 3_600_000;
  const at = (hours: number) => ({ ...contextOf(orchestrator), clock: standingClock(now + hours * hour) });
  const linesAt = async (hours: number) =>
    unwrapped(await openApprovals(at(hours), 'sp4')).flatMap((each) => questionLines(each));
  const asked = `waits since ${isoOf(now)}`;
  const expiry = isoOf(now + 24 * hour);
  expect(await linesAt(23)).toContain(`${asked}; expires ${expiry}, then: pause`);
  await runCampaigns().run(at(24));
  expect(await linesAt(25)).toContain(`${asked}; expired ${expiry} without an answer (pause)`);
  const yes = await answerApproval(at(25), 'kim', { id: 'sp4/wave/rest', answer: 'approved' });
  expect(await withNextStep(at(25), yes)).toMatchObject({
    value: {
      next: {
        because: 'campaign sp4 stays paused: nothing begins before a person ends that',
        actions: ['servpack campaign resume sp4'],
      },
    },
  });
  const since = 'nobody answered whether wave rest may begin; since then: wave rest approved by kim';
  const { body } = await orchestrator.ask('GET', '/v1/campaigns/sp4');
  expect(body.paused.because).toContain(since);
  const waiting = (await Array.fromAsync(store.waiting('sp4')))[0]?.client ?? '';
  const why = await runHosted(orchestrator, ['client', 'why', waiting]);
  expect(why.stdout.replaceAll(/\s+/g, ' ')).toContain(since);
  expect((await checkStops(store))[0]?.says).toContain(since);
  const again = await runHosted(orchestrator, ['campaign', 'approve', 'sp4/wave/rest', '--yes']);
  expect(again.stdout).toContain('campaign sp4 stays paused');
  expect(again.stdout).toContain('next: servpack campaign resume sp4\n');
  const resumed = await orchestrator.ask('POST', '/v1/campaigns/sp4/resume', {}, kim);
  expect(resumed.body.status).toBe('running');
  const after = await runHosted(orchestrator, ['campaign', 'approve', 'sp4/wave/rest', '--yes']);
  expect(after.stdout).not.toContain('next:');
});
