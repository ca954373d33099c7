import { drainCampaigns } from '../../orchestrator/rounds/drain-campaigns.ts';
import { runCampaigns } from '../../orchestrator/rounds/run-campaigns.ts';
import { requestAudit } from '../../orchestrator/requests/commit-request.ts';
import { type CommandRequest, requestKey } from '../../shared/domain/campaign/command-request.ts';
import type { Store } from '../../shared/store/store.ts';
import {
  now,
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';
import { personIn } from '../fixtures/tokens.ts';
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
  const orchestrator = await startSmallOrchestrator(store, {
    context: { fourEyes: { commands: new Set(['abort', 'undo']), expiresMs: 3_600_000 } },
  });
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
  await askFirst(orchestrator, campaigns);
  for (const site of ['near', 'far'])
    await ask(`/v1/clients/${site}-pc-0/checkin`, { transcript: `${site} said` });
  return orchestrator;
}

/** A person asks for the abort of each campaign, and another one for an undo of its client. */
async function askFirst(orchestrator: SmallOrchestrator, campaigns: readonly string[]): Promise<void> {
  for (const campaign of campaigns) {
    const site = campaign.replace('-1', '');
    const own = await personIn(orchestrator, `${site} person`);
    const path = `/v1/campaigns/${campaign}/abort`;
    const { status, body } = await orchestrator.ask('POST', path, { reason: `${site} phones` }, own);
    if (status !== 202) throw new Error(`${path}: ${JSON.stringify(body)}`);
  }
  // Of one client each: the other one is at another logon server.
  for (const [campaign, site] of campaigns.length === 1
    ? [['near-1', 'far']]
    : campaigns.map((each) => [each, each.replace('-1', '')])) {
    const request: CommandRequest = {
      command: 'undo',
      subject: campaign ?? '',
      client: `${site}-pc-1`,
      number: 1,
      by: `${site} person (token ${site}-person)`,
      reason: `${site} phones`,
      at: now,
      until: now + 9_000,
      text: [`the service of ${site}-pc-1`],
      state: { is: 'asked' },
    };
    const audit = requestAudit(null, request, { at: now, who: request.by, because: request.reason });
    if (!(await orchestrator.store.commitRequest(requestKey(request), request, 0, audit)))
      throw new Error('the request is there already');
  }
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
