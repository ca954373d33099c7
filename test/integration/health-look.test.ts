import { expect, test } from 'vitest';
import type { CampaignStatus } from '../../orchestrator/views/status.ts';
import { difference } from '../../shared/domain/outcome/counters.ts';
import { countersOf } from '../../shared/domain/upgrade/count-upgrade.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { type LookLab, startLookLab } from './look-lab.ts';

const audit = {
  at: 0,
  campaign: '',
  client: null,
  who: 'kim',
  from: '',
  to: 'looking',
  because: 'test',
  evidence: null,
};

/** A release that no machine of the lab has. */
const release = {
  release: 'sms-sp4',
  product: 'sms-1.2',
  servicePack: 4,
  files: [{ name: 'appctl32.exe', size: 1, sha256: 'a'.repeat(64) }],
};

test('a look that is asked for health says what is wrong on a client, and knows nothing of one that is away', async () => {
  await using lab = await startLookLab({ traits: ['free', 'offlineForDays'] });
  await lab.startWorker();
  await lab.store.stageRelease(release, null, audit);
  const names = [...lab.clients.values()];
  const look = async (survey: string, more: object) => {
    const asked = {
      survey,
      by: 'kim',
      at: 0,
      what: 'health',
      product: 'sms-1.2',
      release: 'sms-sp4',
      until: Date.now() + 600_000,
      keepsEvidence: false,
      ...more,
    };
    async function* each() {
      for (const name of names) yield { name, adHoc: null };
    }
    const created = await lab.store.createSurvey(asked, each(), () => audit);
    if (created === null) throw new Error('no survey');
    await lab.over(survey);
    return lab.store.lastLooks(names);
  };
  const [free, away] = await look('look-health', { asksHealth: true });
  expect(free?.health).toEqual({
    kind: 'unhealthy',
    because: expect.stringMatching(/is not the file of the release$/),
  });
  expect(away?.health?.kind).toBe('notKnown');
  const [plain] = await look('look-plain', {});
  expect(plain).not.toHaveProperty('health');
});

/** Drives an admitted client to its end, as a worker does that has proved the upgrade. */
async function settle({ store }: LookLab, client: string): Promise<void> {
  const key = { campaign: 'sp4', client };
  await expect.poll(async () => (await store.readUpgrade(key))?.index).toBe('due');
  const stored = await store.readUpgrade(key);
  const at = (stored?.dueAt ?? 0) + 1;
  const begun = await store.begin(key, stored?.activation ?? 0, 'driver', 60_000, at);
  if (begun.kind !== 'begun') throw new Error(begun.because);
  const before = begun.stored.upgrade;
  const upgrade: Upgrade = {
    ...before,
    state: { phase: 'settled', at, end: 'upgraded', cause: 'proved', because: 'proved', blockers: [] },
  };
  const outcome = await store.commit({
    key,
    version: begun.stored.version,
    fence: begun.fence,
    upgrade,
    counters: difference(countersOf(before), countersOf(upgrade)),
    place: { index: 'settled' },
    at,
    consumed: 0,
    step: 'finish',
    audit: null,
    evidence: [],
  });
  if (outcome.kind !== 'committed') throw new Error(outcome.kind);
}

test('the leader has upgraded clients looked at again by a worker, and opens the wave behind them', async () => {
  await using lab = await startLookLab({ traits: ['free', 'offlineForDays', 'pcmInBin'] });
  await lab.store.stageRelease(release, null, audit);
  const [free = '', away = ''] = lab.clients.values();
  const text = [
    'campaign: sp4',
    'release: sms-sp4',
    'waves:',
    `  - { name: canary, clients: [${free}, ${away}], gate: { minSample: 1, failures: 100 } }`,
    '  - { name: rest, rest: true, health: { watch: 1s } }',
    '',
  ].join('\n');
  await lab.ask('POST', '/v1/campaigns', { file: 'c.yaml', text });
  await lab.ask('POST', '/v1/campaigns/sp4/start');
  await settle(lab, free);
  await settle(lab, away);
  await lab.startWorker();
  const status = () => lab.ask<CampaignStatus>('GET', '/v1/campaigns/sp4');
  await expect.poll(async () => (await status()).waves[1]?.isOpen).toBe(true);
  expect(await status()).toMatchObject({
    health: { healthy: 0, unhealthy: 1, notKnown: 1 },
    waves: [
      {
        gate: 'passed, 0 of 2 upgraded clients still healthy: 2 upgraded; 1 of the upgraded is unhealthy',
      },
      {},
    ],
  });
  const why = await lab.ask<{ remarks: readonly string[] }>('GET', `/v1/clients/${free}/why?campaign=sp4`);
  expect(why.remarks.join('\n')).toContain('unhealthy: appctl32.exe is not the file of the release');
});
