import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { testRedis } from '../environment/redis.ts';
import { type CampaignLab, labClients, openCampaignLab, smallFiles } from '../fixtures/campaign-lab.ts';
import { until } from '../fixtures/until.ts';
import { fromMondayEvening, type LabInstallation, urlOf } from '../lab/installation.ts';
import { Operator } from '../lab/operator.ts';

/** A yes, and an edit, while the process is killed that has to do something about it. */

const folder = mkdtempSync(join(tmpdir(), 'servpack-control-killed-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A lab with so many clients, in a folder of its own. */
async function openLab(name: string, clients: number, speed: number): Promise<CampaignLab> {
  const { url: redisUrl, prefix } = testRedis();
  const dataDir = mkdtempSync(join(folder, `${name}-`));
  const clock = fromMondayEvening(speed, 3_000);
  const installation: LabInstallation = { redisUrl, prefix, dataDir, clock };
  const files = await smallFiles(dataDir, labClients(clients));
  return openCampaignLab(installation, { files, seed: name });
}

const head = 'campaign: sp4\nrelease: test-release\nwaves: [{ name: all, rest: true }]\n';

test('an approval whose orchestrator is killed counts once, and wakes every client that waits for it', async () => {
  await using lab = await openLab('yes', 40, 10_000);
  const store = await lab.openStore();
  await lab.startWorker();
  await lab.begin(
    `${head}structural: atOnce\nladder: [wait, relocation]\nbudgets: { active: 40, perLogonServer: 10 }\napprovals: [{ remediation: relocation }]\n`,
  );
  const waiting = async (): Promise<number> => (await store.counters('sp4'))['asks|relocation'] ?? 0;
  await until('clients wait for the approval', async () => (await waiting()) >= 8);
  const id = 'sp4/remediation/relocation';
  // The leader puts the question when it sees that clients wait, a moment after they do.
  const isAsked = async (): Promise<boolean> =>
    JSON.stringify(await lab.operator.ask('GET', '/v1/approvals')).includes(id);
  await until('the leader has put the question', isAsked);
  const says = async (): Promise<readonly string[]> =>
    (await store.audit(5_000, { campaign: 'sp4' }))
      .filter(({ client, because }) => client === null && because.includes('approved by'))
      .map(({ because }) => because);
  const yes = { id, answer: 'approved' };
  const asked = lab.operator.ask('POST', '/v1/approvals', yes).catch(() => null);
  await until('the approval is written', async () => (await says()).length === 1, 1);
  lab.orchestrator.kill('SIGKILL');
  await Promise.all([lab.orchestrator.ended, asked]);
  const operator = new Operator(urlOf(await lab.startOrchestrator('second')), lab.installation.dataDir);
  await until('no client waits for the approval', async () => (await waiting()) === 0);
  // A person who has no answer asks again: the approval stays the first one.
  await operator.ask('POST', '/v1/approvals', yes).catch(() => null);
  expect(await says()).toHaveLength(1);
  const moved = async (): Promise<number> =>
    (await lab.control.truth()).clients.filter(({ services }) =>
      services.some(({ imagePath }) => imagePath.toLowerCase().startsWith('c:\\sms_pcm\\')),
    ).length;
  await until('services are relocated', async () => (await moved()) > 0, 200);
});

test('an edit while a worker is killed holds for the activation that comes next', async () => {
  await using lab = await openLab('edit', 8, 10_000);
  const worker = await lab.startWorker('worker-0');
  const holds = await Promise.all(
    labClients(8).map(({ client }) => lab.control.hold({ client, op: 'mark', when: 'after' })),
  );
  const text = `${head}structural: atOnce\nbudgets: { active: 8, perLogonServer: 2 }\n`;
  await lab.begin(`${text}restart: { allowed: always }\n`);
  // Marked under the first edition, which restarts the client next.
  await Promise.race(holds.map((hold) => hold.reached()));
  const body = { file: 'c.yaml', text: `${text}restart: { allowed: never }\n`, reason: 'month end' };
  expect(await lab.operator.ask('POST', '/v1/campaigns/sp4/edit', body)).toMatchObject({ edition: 1 });
  worker.kill('SIGKILL');
  await worker.ended;
  await Promise.all(holds.map((hold) => hold.release()));
  await lab.startWorker('worker-1');
  const store = await lab.openStore();
  const because = 'the policy allows no restart: waits until someone restarts it or logs on';
  await until('a marked client waits for a person', async () =>
    (await store.audit(2_000, { campaign: 'sp4' })).some((entry) => entry.because === because),
  );
  const { clients } = await lab.control.truth();
  expect(clients.some(({ marks }) => marks > 0)).toBe(true);
  expect(clients.flatMap(({ restarts }) => restarts)).toEqual([]);
});
