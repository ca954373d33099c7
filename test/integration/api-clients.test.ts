import { runHosted } from '../fixtures/hosted-commands.ts';
import { describe, expect, test } from 'vitest';
import { placementOf } from '../../shared/domain/upgrade/placement.ts';
import { countersOf } from '../../shared/domain/upgrade/count-upgrade.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { sha256 } from '../../shared/evidence.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { StoreUnavailable } from '../../shared/store/errors.ts';
import type { Store } from '../../shared/store/store.ts';
import { after, blockedByPcm, look, rules } from '../domain/given.ts';
import {
  campaignYaml,
  now,
  type SmallOrchestrator,
  startRunning,
  startSmallOrchestrator,
} from '../fixtures/small-orchestrator.ts';
import { stores } from '../fixtures/stores.ts';
import { difference } from '../../shared/domain/outcome/counters.ts';

const evidence = { sha256: sha256('what the look found'), text: 'what the look found' };

/** With this seed the first wave has pc-1 and pc-4, and the second one pc-2. */
const selection = 'seed: 1\nselect: { clients: [pc-1, pc-2, pc-4] }\n';

/** Starts a campaign whose first client is blocked by the PCM service at its first look. */
async function startBlocked(store: Store): Promise<SmallOrchestrator> {
  const orchestrator = await startRunning(store, campaignYaml('sp4', selection));
  const key = { campaign: 'sp4', client: 'pc-1' };
  const pick = { client: 'pc-1', wave: 0, logonServer: 'LS-ROM' };
  const [activation] = await store.admit('sp4', [pick], now);
  const begun = await store.begin(key, activation?.activation ?? 0, 'test', 60_000, now);
  if (begun.kind !== 'begun') throw new Error(begun.because);
  const upgrade = blocked(begun.stored.upgrade);
  const place = placementOf(upgrade);
  if (place.kind !== 'rest') throw new Error('it should rest');
  const committed = await store.commit({
    key,
    version: begun.stored.version,
    fence: begun.fence,
    at: now,
    upgrade,
    consumed: 0,
    step: 'finish',
    place: { index: 'due', dueAt: place.until, keepsSlots: false },
    counters: difference(countersOf(begun.stored.upgrade), countersOf(upgrade)),
    audit: {
      at: now,
      ...key,
      who: 'worker test',
      from: 'looking',
      to: 'deferred',
      because: 'blocked',
      evidence: evidence.sha256,
    },
    evidence: [evidence],
  });
  expect(committed.kind).toBe('committed');
  return orchestrator;
}

const blocked = (upgrade: Upgrade): Upgrade =>
  after(rules, upgrade, [[now, look(blockedByPcm, { evidence: evidence.sha256 })]]);

describe.each(stores)('the API for clients on the %s store', (_name, open) => {
  test('answers why a client is blocked: the evidence, and what comes next', async () => {
    await using orchestrator = await startBlocked(await open());
    const { body } = await orchestrator.ask('GET', '/v1/clients/pc-1/why?evidence=true');
    expect(body).toMatchObject({
      client: 'pc-1',
      campaign: 'sp4',
      state: 'deferred',
      because: expect.stringContaining(
        'pcmsvc32.exe, service SMS_PACKAGE_COMMAND_MANAGER_NT, automatic start',
      ),
      since: { at: '2026-11-17T09:00:00Z', inWords: 'now' },
      evidence: evidence.sha256,
      evidenceText: 'what the look found',
      next: { action: 'it is looked at again', when: { at: '2026-11-17T09:30:00Z', inWords: 'in 30 min' } },
      otherwise: expect.stringMatching(
        /^relocation of SMS_PACKAGE_COMMAND_MANAGER_NT starts when 2 more looks find it/,
      ),
    });
    expect((await orchestrator.ask('GET', '/v1/clients/pc-1/why')).body.evidenceText).toBeNull();
  });

  test('gives evidence by its SHA-256, and says that it has no other', async () => {
    await using orchestrator = await startBlocked(await open());
    const found = await orchestrator.ask('GET', `/v1/evidence/${evidence.sha256.toUpperCase()}`);
    expect(found).toEqual({ status: 200, body: { sha256: evidence.sha256, text: 'what the look found' } });
    const other = await orchestrator.ask('GET', `/v1/evidence/${'0'.repeat(64)}`);
    expect([other.status, other.body.error.code]).toEqual([404, 'notFound.evidence']);
    expect((await orchestrator.ask('GET', '/v1/evidence/abc')).status).toBe(400);
    const shown = await runHosted(orchestrator, ['evidence', 'show', evidence.sha256]);
    expect(shown).toEqual({ code: 0, stdout: 'what the look found\n', stderr: '' });
    const client = await runHosted(orchestrator, ['client', 'show', 'pc-1']);
    expect(client.stdout).toMatch(
      /\nNow: deferred in campaign sp4\n[^]*\nTries\n[^]*\nBlockers\n {2}.*pcmsvc32[^]*\nEvidence\n {2}SHA-256 .*\n {2}what the look found\n[^]*\nJournal: /,
    );
    expect(client.stdout).not.toMatch(/bootId|null|\[\]|\{\}/);
  });

  test('answers why a client waits: its wave is closed, or a slot is free', async () => {
    await using orchestrator = await startBlocked(await open());
    expect((await orchestrator.ask('GET', '/v1/clients/pc-4/why')).body).toMatchObject({
      state: 'waiting',
      because: expect.stringMatching(/^a slot is free/),
    });
    expect((await orchestrator.ask('GET', '/v1/clients/pc-2/why')).body.because).toMatch(
      /^its wave rest is not open; wave canary waiting: 0 of 2/,
    );
    expect((await orchestrator.ask('GET', '/v1/clients/pc-5/why')).body.error).toEqual({
      code: 'notFound.upgrade',
      message: 'client pc-5 is in no campaign',
    });
    expect((await orchestrator.ask('GET', '/v1/clients/pc-5/why?campaign=sp4')).body.error.message).toBe(
      'client pc-5 is not in campaign sp4',
    );
    expect((await orchestrator.ask('GET', '/v1/clients/pc-5/why?campaign=sp9')).body.error.message).toBe(
      'there is no campaign named sp9 (did you mean sp4?)',
    );
  });

  test('shows the row, the whole record and the audit of a client, newest first', async () => {
    await using orchestrator = await startBlocked(await open());
    const { body } = await orchestrator.ask('GET', '/v1/clients/pc-1');
    expect(body).toMatchObject({
      client: { client: 'pc-1', host: 'NT-1' },
      part: {
        campaign: 'sp4',
        state: 'deferred',
        record: { index: 'due', upgrade: { state: { phase: 'deferred', class: 'service' } } },
      },
      audit: [
        { to: 'deferred', at: '2026-11-17T09:00:00Z' },
        { from: 'waiting', to: 'looking' },
      ],
    });
    expect((await orchestrator.ask('GET', '/v1/clients/pc-5')).body.part).toBeNull();
    expect((await orchestrator.ask('GET', '/v1/clients/pc-77')).body.error.message).toBe(
      'there is no client named pc-77 in the fleet (did you mean pc-7?)',
    );
  });

  test('takes a check-in with or without a body, adds its job at once, and keeps the transcript', async () => {
    await using orchestrator = await startBlocked(await open());
    const answer = await orchestrator.ask('POST', '/v1/clients/pc-1/checkin', {
      transcript: 'Reading configuration...',
    });
    expect(answer.body).toEqual({
      client: 'pc-1',
      looks: true,
      campaign: 'sp4',
      because: 'it is looked at now',
    });
    expect(orchestrator.jobs).toMatchObject([{ key: { campaign: 'sp4', client: 'pc-1' }, dueAt: now }]);
    const stored = await orchestrator.store.readUpgrade({ campaign: 'sp4', client: 'pc-1' });
    expect(stored?.inbox).toEqual([{ type: 'CheckedIn', transcript: 'Reading configuration...' }]);
    expect((await orchestrator.ask('POST', '/v1/clients/pc-1/checkin')).status).toBe(200);
  });

  test('takes a check-in that changes nothing', async () => {
    await using orchestrator = await startBlocked(await open());
    const idle = await orchestrator.ask('POST', '/v1/clients/pc-5/checkin', {});
    expect(idle).toEqual({
      status: 200,
      body: { client: 'pc-5', looks: false, campaign: null, because: 'client pc-5 is in no campaign' },
    });
    expect((await orchestrator.ask('POST', '/v1/clients/pc-2/checkin', {})).body).toMatchObject({
      looks: false,
      because: expect.stringContaining('is waiting in campaign sp4'),
    });
    expect((await orchestrator.ask('POST', '/v1/clients/pc-77/checkin', {})).status).toBe(404);
    expect(orchestrator.jobs).toEqual([]);
  });

  test('cuts a long transcript', async () => {
    await using orchestrator = await startBlocked(await open());
    await orchestrator.ask('POST', '/v1/clients/pc-1/checkin', { transcript: 'x'.repeat(200_000) });
    const stored = await orchestrator.store.readUpgrade({ campaign: 'sp4', client: 'pc-1' });
    expect(stored?.inbox).toEqual([
      { type: 'CheckedIn', transcript: expect.stringMatching(/^x{16000,16384}/) },
    ]);
  });

  test('ranks the blockers that clients wait for', async () => {
    await using orchestrator = await startBlocked(await open());
    expect((await orchestrator.ask('GET', '/v1/blockers?campaign=sp4')).body).toEqual({
      campaigns: ['sp4'],
      blockers: [
        { blocker: 'service sms_package_command_manager_nt (pcmsvc32.exe)', alone: 1, blocks: 1, met: 1 },
      ],
    });
  });
});

describe('the API in trouble', () => {
  test('answers 503 while Redis is unavailable', async () => {
    const away = async (): Promise<never> =>
      Promise.reject(new StoreUnavailable('Redis at 127.0.0.1:6379 does not answer'));
    await using orchestrator = await startSmallOrchestrator({
      ...createMemoryStore(Date.now),
      checkRecords: away,
      campaigns: away,
    });
    for (const path of ['/v1/health', '/v1/campaigns']) {
      expect(await orchestrator.ask('GET', path)).toMatchObject({
        status: 503,
        body: { error: { code: 'store.away', message: 'Redis at 127.0.0.1:6379 does not answer' } },
      });
    }
  });

  test('answers 500 without the text of an unexpected error', async () => {
    const bug = async (): Promise<never> => Promise.reject(new Error('secret inside'));
    await using orchestrator = await startSmallOrchestrator({
      ...createMemoryStore(Date.now),
      releases: bug,
    });
    const answer = await orchestrator.ask('GET', '/v1/releases');
    expect(JSON.stringify(answer.body)).not.toContain('secret');
    expect(answer).toMatchObject({
      status: 500,
      body: {
        error: { code: 'internal', message: 'the orchestrator failed at this request; its log says why' },
      },
    });
  });
});
