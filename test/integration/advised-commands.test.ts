import { describe, expect, test } from 'vitest';
import { openApiClient } from '../../orchestrator/cli/client/api-client.ts';
import { confirmResume } from '../../orchestrator/cli/client/resume-question.ts';
import { confirmStart } from '../../orchestrator/cli/client/start-question.ts';
import { confirmArchive, confirmDelete } from '../../orchestrator/cli/commands/campaign-remove.ts';
import { confirmAbort } from '../../orchestrator/cli/commands/campaign-abort.ts';
import type { Campaign, CampaignState } from '../../shared/domain/campaign/campaign.ts';
import { personTyping } from '../fixtures/person.ts';
import { now, type SmallOrchestrator, startSmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { openCampaign, smsRelease, workstation } from '../fixtures/running-campaign.ts';
import { anna, bring, changes } from './admitted-clients.ts';

const begun = { startedAt: now, openWaves: 1, accepted: [0] };
const paused = { by: 'token default (says anna)', because: 'payroll runs', at: now };
const stopped = { ...begun, status: 'paused', pausedAt: now, because: 'phones' } as const;

/** Every state in which a campaign can stand, as far as commands tell them apart. */
const states: Readonly<Record<string, CampaignState>> = {
  created: { status: 'created' },
  scheduled: { status: 'scheduled', startAt: now + 60_000 },
  'scheduled, paused': { status: 'scheduled', startAt: now + 60_000, paused },
  'scheduled, paused by another person': {
    status: 'scheduled',
    startAt: now + 60_000,
    paused: { ...paused, by: 'kim' },
  },
  'scheduled, paused, its time has passed': { status: 'scheduled', startAt: now - 60_000, paused },
  'waiting for its release': { status: 'waitingForRelease' },
  'waiting for its release, paused': { status: 'waitingForRelease', paused },
  running: { status: 'running', ...begun },
  paused: { ...stopped, byGate: false, by: 'token default (says anna)' },
  'paused by another person': { ...stopped, byGate: false, by: 'kim' },
  'paused by its gate': { ...stopped, byGate: true, by: 'gate' },
  'paused by a rebuild': { ...stopped, byGate: false, by: 'rebuild' },
  'being deleted': { status: 'created' },
  ended: { status: 'ended', ...begun, endedAt: now },
  aborted: { status: 'aborted', ...begun, abortedAt: now, by: 'kim', because: 'wrong', endedAt: now },
};

/** A campaign in this state, of which one client has failed if it has ever run. */
async function standing(state: CampaignState, name = ''): Promise<SmallOrchestrator> {
  const orchestrator = await startSmallOrchestrator();
  const { store } = orchestrator;
  await openCampaign(store, { clients: [workstation('pc-1'), workstation('pc-2')], at: now });
  const settled = state.status === 'ended' ? ['pc-1', 'pc-2'] : ['pc-1'];
  if ('startedAt' in state)
    for (const client of settled) await bring(store, client, changes.failed, { index: 'settled' });
  const record = await store.readCampaign('sp4');
  if (record === null) throw new Error('no campaign');
  const removal = { kind: 'delete', by: 'kim', because: 'wrong file', at: now } as const;
  const campaign: Campaign = { ...record.campaign, state, ...(name === 'being deleted' ? { removal } : {}) };
  await store.commitCampaign(campaign, record.version, entry('sp4'));
  const isPaused = 'paused' in state;
  if (state.status === 'waitingForRelease')
    // A release that was withdrawn counts as not staged. Where the start is paused it is staged
    // again meanwhile.
    await store.stageRelease(
      isPaused ? smsRelease : { ...smsRelease, withdrawn: { by: 'kim', because: 'wrong files', at: now } },
      null,
      entry(''),
    );
  return orchestrator;
}

const entry = (campaign: string) => ({
  at: now,
  campaign,
  client: null,
  who: 'test',
  from: '',
  to: '',
  because: 'test',
  evidence: null,
});

const reason = { reason: 'TEXT' };
const to = '2026-11-18 22:00 UTC';

/** The request of each command; null = it only reads, or needs what a test of its own brings. */
const requests: Readonly<Record<string, (args: string) => object | undefined | null>> = {
  start: () => undefined,
  pause: () => reason,
  resume: (args) => ({ override: args.includes('--override'), startNow: args.includes('it starts now') }),
  postpone: () => ({ to, ...reason }),
  unschedule: () => reason,
  abort: () => reason,
  delete: () => reason,
  archive: () => reason,
  unmark: () => reason,
  retry: () => ({ which: 'failed' }),
  clients: () => null,
  status: () => null,
  watch: () => null,
};

/** What the person did not get, or null. */
async function refusalOf(
  orchestrator: SmallOrchestrator,
  command: string,
  args = '',
): Promise<string | null> {
  const bodyOf = requests[command];
  if (bodyOf === undefined) throw new Error(`no request is known for campaign ${command}`);
  const body = bodyOf(args);
  if (body === null) return null;
  const answer = await orchestrator.ask('POST', `/v1/campaigns/sp4/${command}`, body, anna);
  return answer.status === 200 ? null : (answer.body.error.message as string);
}

/** Everything that is shown about the campaign: its actions, every refusal, every question. */
async function shownIn(state: CampaignState, name: string): Promise<readonly string[]> {
  const shown: string[] = [];
  for (const command of Object.keys(requests)) {
    await using orchestrator = await standing(state, name);
    shown.push((await refusalOf(orchestrator, command)) ?? '');
  }
  await using orchestrator = await standing(state, name);
  shown.push(...(await orchestrator.ask('GET', '/v1/campaigns/sp4')).body.actions);
  const api = openApiClient({ url: orchestrator.url, token: orchestrator.token, user: 'anna' });
  for (const ask of [confirmStart, confirmResume, confirmAbort, confirmDelete, confirmArchive]) {
    const { terminal, shown: onTerminal } = personTyping('no\n');
    const answered = await ask(api, 'sp4', terminal);
    shown.push(...onTerminal().split('\n'), answered.ok ? '' : answered.error.message);
  }
  return shown;
}

const advice = /servpack campaign (?<command>\w+) sp4(?<args>[^;]*(?:# .*)?)/g;

describe.each(Object.entries(states))('of a campaign that is %s', (name, state) => {
  test('no question, refusal or status advises a command that is refused then', async () => {
    const advised = (await shownIn(state, name))
      .flatMap((line) => [...line.matchAll(advice)])
      .map((found) => [found.groups?.['command'] ?? '', found.groups?.['args'] ?? ''] as const);
    const isFinal = state.status === 'ended' || state.status === 'aborted';
    expect(isFinal || advised.length > 0).toBe(true);
    for (const [command, args] of advised) {
      await using orchestrator = await standing(state, name);
      // Anna is told whose pause it is, and what to add.
      const needed = args.includes('anybody but kim adds --override') ? `${args} --override` : args;
      expect([command, args, await refusalOf(orchestrator, command, needed)]).toEqual([command, args, null]);
    }
  });
});

test('an abort is not asked about where it is refused', async () => {
  for (const name of ['ended', 'aborted']) {
    await using orchestrator = await standing(states[name] ?? { status: 'created' });
    const api = openApiClient({ url: orchestrator.url, token: orchestrator.token, user: 'anna' });
    const { terminal, shown } = personTyping('sp4\n');
    expect(await confirmAbort(api, 'sp4', terminal)).toEqual({ ok: true, value: undefined });
    expect(shown()).toBe('');
  }
});
