import { expect, test } from 'vitest';
import { startLookLab } from './look-lab.ts';

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

test('a look that is asked for health says what is wrong on a client, and knows nothing of one that is away', async () => {
  await using lab = await startLookLab({ traits: ['free', 'offlineForDays'] });
  await lab.startWorker();
  const files = [{ name: 'appctl32.exe', size: 1, sha256: 'a'.repeat(64) }];
  const release = { release: 'sms-sp4', product: 'sms-1.2', servicePack: 4, files };
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
