import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { OrchestratorContext } from '../../orchestrator/context.ts';
import { usualKinds } from '../../orchestrator/domain/notice-kinds.ts';
import type { SendContext } from '../../orchestrator/notify/forms/send-context.ts';
import { drainCampaigns } from '../../orchestrator/rounds/drain-campaigns.ts';
import { runCampaigns } from '../../orchestrator/rounds/run-campaigns.ts';
import type { Activation } from '../../shared/store/types.ts';
import { contextOver, standingClock } from '../fixtures/context.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import {
  campaignYaml,
  fleetCsv,
  now,
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';

/** One request, and what its `operationId` is. */
export interface Asked {
  readonly id: string;
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: unknown;
}

const sp4 = { campaign: 'sp4' };
const pc1 = { client: 'pc-2' };
const because = { reason: 'the phones ring' };

/** The campaign asks a person before its second wave. */
const asking = `campaign: sp4
release: sms-sp4
waves:
  - { name: canary, count: 5, gate: { settled: 0 %, failures: 100 %, minSample: 1 } }
  - { name: rest, rest: true }
approvals: [{ wave: rest, expires: 24h }]
hooks: { beforeCampaign: { run: [before.sh] } }
`;

/** An orchestrator with a fleet of ten clients; `script` is what its release runs. */
export async function startWorld(): Promise<SmallOrchestrator> {
  const sending: { env: object; hooks: string | null; now: () => number } = {
    env: {},
    hooks: null,
    now: () => now,
  };
  const by = { form: 'command', run: ['page.sh'], timeoutMs: 30_000 } as const;
  const settings = {
    link: null,
    gatherMs: 0,
    destinations: [{ name: 'pager', kinds: usualKinds, quiet: null, by }],
  };
  const notifier = { settings, sending: sending as SendContext };
  const orchestrator = await startSmallOrchestrator(undefined, { context: { notifier } });
  sending.hooks = join(orchestrator.folder, 'hooks');
  mkdirSync(join(orchestrator.folder, 'hooks'), { recursive: true });
  orchestrator.write('hooks/before.sh', '#!/bin/sh\necho the change is not open yet\nexit 2\n');
  orchestrator.write('hooks/page.sh', '#!/bin/sh\ncat > /dev/null\n');
  await sendOne(orchestrator);
  writeRelease(orchestrator);
  return orchestrator;
}

/** A message that was delivered. */
async function sendOne({ store }: SmallOrchestrator): Promise<void> {
  const text = JSON.stringify({ title: 'campaign sp3 has ended' });
  await store.commitNotices(0, '{}', [{ id: message, text, to: ['pager'] }]);
  const because = 'page.sh ended with exit code 0';
  const entry = { notice: message, destination: 'pager', at: now, because };
  await store.endDelivery({ ...entry, outcome: 'delivered' }, null);
}

const message = 'msg_5f0c2b1e9d';

/** The leader's round that admits clients and asks persons, as it runs ten times a second. */
export async function leaderRound({ store, jobs }: SmallOrchestrator, hooks: OrchestratorContext['hooks']) {
  const context = contextOver(store, standingClock(now), keepingDispatcher(jobs as Activation[]));
  await runCampaigns().run({ ...context, ...(hooks === undefined ? {} : { hooks }) });
  await drainCampaigns().run(context);
}

/** One request of every route, in an order in which nearly each succeeds. */
export const day = (folder: string): readonly Asked[] => [
  { id: 'getHealth' },
  { id: 'getLives' },
  { id: 'getReady' },
  { id: 'getProblem', path: { kind: 'notFound' } },
  { id: 'getLeader' },
  { id: 'runDoctor' },
  { id: 'importFleet', body: { file: 'fleet.csv', text: fleetCsv } },
  { id: 'listFleet', query: { limit: 2, logonServer: 'LS-ROM' } },
  { id: 'exportFleet', query: { format: 'jsonl' } },
  { id: 'sampleFleet', query: { count: 3, seed: 'november' } },
  { id: 'listCheckInTokens', query: { client: 'pc-2' } },
  { id: 'revokeCheckInTokens', body: { client: 'pc-2', ...because } },
  { id: 'removeFromFleet', body: { clients: ['pc-8'], reason: 'scrapped', dryRun: true } },
  { id: 'setServerLimit', body: { logonServer: 'LS-MIL', active: 5, reason: 'a slow line' } },
  { id: 'listServerLimits' },
  { id: 'stageRelease', body: { path: `${folder}/release.yaml` } },
  { id: 'listReleases' },
  { id: 'listReleaseServers', path: { release: 'sms-sp4' } },
  { id: 'planCampaign', body: { file: 'sp4.yaml', text: asking } },
  { id: 'simulateCampaign', body: { file: 'sp4.yaml', text: asking, budgets: { active: 3 } } },
  { id: 'createCampaign', body: { file: 'sp4.yaml', text: asking } },
  { id: 'startCampaign', path: sp4 },
  { id: 'listHooks', path: sp4 },
  { id: 'holdServers', path: sp4, body: { logonServers: ['LS-MIL'], ...because } },
  { id: 'releaseServers', path: sp4, body: { logonServers: ['LS-MIL'], override: false } },
  { id: 'halt', body: because },
  { id: 'getHalt' },
  { id: 'unhalt', body: { override: false, reason: 'it is quiet' } },
  { id: 'answerHook', path: { ...sp4, hook: 'before-campaign', answer: 'accept' }, body: because },
  { id: 'pauseCampaign', path: sp4, body: because },
  { id: 'resumeCampaign', path: sp4, body: { override: false, reason: 'it is quiet' } },
  { id: 'skipClient', path: pc1, body: { reason: 'it is replaced', ...sp4 } },
  { id: 'listApprovals', query: sp4 },
  { id: 'answerApproval', body: { id: 'sp4/wave/rest', answer: 'approved' } },
  { id: 'retractRequest', body: { id: 'sp4/abort/1', reason: 'it was another campaign' } },
  { id: 'listCampaigns' },
  { id: 'getCampaign', path: sp4 },
  { id: 'forecastEnd', path: sp4 },
  {
    id: 'replayCampaign',
    path: sp4,
    body: { with: { file: 'more.yaml', text: `${asking}budgets: { active: 9 }\n` } },
  },
  { id: 'forecastCampaign', path: sp4 },
  { id: 'getReport', path: sp4 },
  { id: 'listCampaignClients', path: sp4, query: { wave: 'canary', limit: 2 } },
  { id: 'comparePlan', path: sp4 },
  { id: 'getReportDocument', path: sp4 },
  { id: 'getReportAsHtml', path: sp4 },
  { id: 'getReportAsMarkdown', path: sp4 },
  { id: 'listBlockers', query: sp4 },
  { id: 'followEvents', query: { topics: 'campaign:sp4,feed' } },
  {
    id: 'editCampaign',
    path: sp4,
    body: { file: 'sp4.yaml', text: `${asking}budgets: { active: 9 }\n`, reason: 'a slow line' },
  },
  { id: 'getHistory', path: sp4 },
  { id: 'revertCampaign', path: sp4, body: { edition: 0, reason: 'the line is mended' } },
  { id: 'cloneCampaign', path: sp4, query: { as: 'sp4-again' } },
  { id: 'getClient', path: pc1, query: { entries: 5 } },
  { id: 'whyClient', path: pc1, query: sp4 },
  { id: 'checkInClient', path: pc1, body: { transcript: 'user logged on' } },
  { id: 'checkInCampaign', path: sp4, body: { wave: 'canary' } },
  { id: 'retryClient', path: pc1, body: { reason: 'it was switched off', ...sp4 } },
  { id: 'undoClient', path: pc1, body: { reason: 'the service is needed there', ...sp4 } },
  { id: 'retryCampaign', path: sp4, body: { which: 'failed', reason: 'the server is back' } },
  {
    id: 'skipClients',
    path: sp4,
    body: { filter: { state: 'waiting' }, reason: 'they go to the dump', dryRun: true },
  },
  { id: 'undoCampaign', path: sp4, body: because },
  { id: 'abortCampaign', path: sp4, body: { reason: 'the release is wrong' } },
  { id: 'unmarkCampaign', path: sp4, body: { reason: 'the release is wrong' } },
  { id: 'planRollback', path: sp4, query: { release: 'sms-sp3', as: 'back' } },
  { id: 'getClientAudit', path: pc1, query: { evidence: 'false' } },
  { id: 'listAudit', query: { campaign: 'sp4', limit: 2 } },
  { id: 'proveClient', path: pc1 },
  { id: 'exportAudit', query: { campaign: 'sp4', format: 'jsonl' } },
  { id: 'verifyAudit' },
  { id: 'getEvidence', path: { sha256: 'STAGED' } },
  { id: 'archiveCampaign', path: sp4, body: { reason: 'it is over' } },
  { id: 'listArchive' },
  { id: 'postponeCampaign', path: { campaign: 'late' }, body: { to: '2027-01-04 22:00 UTC', ...because } },
  { id: 'unscheduleCampaign', path: { campaign: 'late' }, body: because },
  { id: 'deleteCampaign', path: { campaign: 'late' }, body: { reason: 'a trial' } },
  { id: 'withdrawRelease', path: { release: 'sms-sp4' }, body: { reason: 'a file is wrong' } },
  { id: 'createSchedule', body: { file: 'monthly.yaml', text: monthly } },
  { id: 'listSchedules' },
  { id: 'getSchedule', path: { schedule: 'monthly' } },
  { id: 'pauseSchedule', path: { schedule: 'monthly' }, body: because },
  { id: 'resumeSchedule', path: { schedule: 'monthly' } },
  { id: 'runSchedule', path: { schedule: 'monthly' } },
  { id: 'deleteSchedule', path: { schedule: 'monthly' }, body: { reason: 'a trial' } },
  { id: 'testDestinations', body: { destination: 'pager' } },
  { id: 'getNotifyLog' },
  { id: 'redeliverMessage', path: { message }, body: {} },
  { id: 'getSession' },
  { id: 'signIn', body: { token: 'A-TOKEN' } },
  { id: 'makeSignInLink' },
  { id: 'listSessions' },
  { id: 'endSession', path: { session: 'SIGNED' }, body: { reason: 'a laptop is lost' } },
  { id: 'signOut' },
  { id: 'createToken', body: { name: 'night-shift', role: 'operator', person: 'anna', expires: '90d' } },
  { id: 'listTokens' },
  { id: 'revokeToken', path: { token: 'night-shift' }, body: { reason: 'anna has left' } },
  { id: 'startSurvey', body: { targets: { from: 'names', names: ['pc-2'] }, product: 'sms-1.2' } },
  { id: 'listSurveys' },
  { id: 'getSurvey', path: { survey: 'SURVEY' } },
  { id: 'listLooks', path: { survey: 'SURVEY' }, query: { limit: 100 } },
  { id: 'cancelSurvey', path: { survey: 'SURVEY' } },
];

const monthly = campaignYaml('monthly', 'schedule: { cron: "0 22 1 * *", zone: UTC }\n');

/** A campaign that waits for its moment. */
export const late = campaignYaml('late', 'startAt: 2027-01-01 22:00 UTC\n');
