import { drainCampaigns } from '../../orchestrator/rounds/drain-campaigns.ts';
import { runCampaigns } from '../../orchestrator/rounds/run-campaigns.ts';
import type { Store } from '../../shared/store/store.ts';
import {
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';
import { bring, changes, contextOf, rest } from '../integration/admitted-clients.ts';

/** Half of it is within the reach of a token for `near-*` on LS-NEAR; the rest is not. */

const yaml = (campaign: string, select: string): string => `campaign: ${campaign}
release: sms-sp4
ticket: change-${campaign}
${select}waves:
  - { name: ${campaign}-canary, percent: 50 %, gate: { settled: 0 %, failures: 100 %, minSample: 1 } }
  - { name: ${campaign}-rest, rest: true }
approvals: [{ wave: ${campaign}-rest, expires: 24h }]
`;

const recurring = (name: string): string => `${yaml(name, '')}schedule: { cron: "0 22 1 * *", zone: UTC }\n`;

/**
 * An orchestrator with the campaign near-1 on LS-NEAR, and far-1 on LS-FAR with so many clients.
 * @param isShared near-1 has the clients of LS-FAR, too, in place of far-1
 */
export async function startNarrowedWorld(
  far: number,
  isShared = false,
  store?: Store,
): Promise<SmallOrchestrator> {
  const orchestrator = await startSmallOrchestrator(store);
  const ask = async (path: string, body: object): Promise<void> => {
    const answer = await orchestrator.ask('POST', path, body);
    if (answer.status !== 200) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
  };
  const rows = (site: string, count: number): readonly string[] =>
    Array.from(
      { length: count },
      (_, n) => `${site}-pc-${n},${site}-host-${n},LS-${site.toUpperCase()},UTC,workstation,${site}`,
    );
  const csv = ['client,host,logonServer,zone,role,labels', ...rows('near', 4), ...rows('far', far), ''];
  await ask('/v1/fleet', { file: 'fleet.csv', text: csv.join('\n') });
  await ask('/v1/releases', { path: writeRelease(orchestrator) });
  const campaigns = isShared ? ['near-1'] : ['near-1', 'far-1'];
  for (const campaign of campaigns) {
    const select = isShared ? '' : `select: { labels: [${campaign.replace('-1', '')}] }\n`;
    await ask('/v1/campaigns', { file: `${campaign}.yaml`, text: yaml(campaign, select) });
    await ask(`/v1/campaigns/${campaign}/start`, {});
  }
  for (const name of ['near-monthly', 'far-monthly'])
    await ask('/v1/schedules', { file: `${name}.yaml`, text: recurring(name) });
  for (const site of ['near', 'far'])
    await ask('/v1/server-limits', {
      logonServer: `LS-${site.toUpperCase()}`,
      active: 3,
      reason: `${site} line`,
    });
  for (const campaign of campaigns) await workOn(orchestrator, campaign);
  for (const round of [runCampaigns(), drainCampaigns(), runCampaigns()])
    await round.run(contextOf(orchestrator));
  await ask(`/v1/campaigns/${campaigns.at(-1)}/hold`, { logonServers: ['LS-FAR'], reason: 'far phones' });
  for (const site of ['near', 'far'])
    await ask(`/v1/clients/${site}-pc-0/checkin`, { transcript: `${site} said` });
  return orchestrator;
}

/** One client of the first wave is deferred, and one has failed. */
async function workOn({ store }: SmallOrchestrator, campaign: string): Promise<void> {
  const waiting = await Array.fromAsync(store.waiting(campaign));
  for (const site of ['near', 'far']) {
    const first = waiting.filter(({ wave, client }) => wave === 0 && client.startsWith(site));
    const named = first.map(({ client }) => client).toSorted();
    const [one, two] = named;
    const blocker = { kind: 'heldFile', file: `${site}.dll` } as const;
    if (one !== undefined)
      await bring(
        store,
        one,
        (upgrade) => ({
          ...changes.deferred(upgrade),
          state: {
            phase: 'deferred',
            class: 'program',
            until: 0,
            because: `${site}.exe runs`,
            blockers: [blocker],
          },
        }),
        rest,
        campaign,
      );
    if (two !== undefined) await bring(store, two, changes.failed, { index: 'settled' }, campaign);
  }
}
