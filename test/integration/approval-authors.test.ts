import { describe, expect, test } from 'vitest';
import { authorsWith } from '../../orchestrator/campaigns/authors.ts';
import { runCampaigns } from '../../orchestrator/rounds/run-campaigns.ts';
import { runSchedules } from '../../orchestrator/rounds/run-schedules.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import type { Store } from '../../shared/store/store.ts';
import { entry } from '../contract/store/fixtures.ts';
import { contextOver, standingClock } from '../fixtures/context.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import {
  fleetCsv,
  now,
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';
import { storesAndShards } from '../fixtures/stores.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { personIn } from '../fixtures/tokens.ts';
import { bring, contextOf, firstWave, wide } from './admitted-clients.ts';

/** The header of this person's own token, made at the first use. */
async function as(orchestrator: SmallOrchestrator, person: string): Promise<Record<string, string>> {
  const known = people.get(orchestrator) ?? new Map<string, Record<string, string>>();
  people.set(orchestrator, known);
  const header = known.get(person) ?? (await personIn(orchestrator, person));
  known.set(person, header);
  return header;
}
const people = new WeakMap<SmallOrchestrator, Map<string, Record<string, string>>>();

const gated = wide.replace('count: 5 }', 'count: 5, gate: { settled: 0 %, failures: 100 %, minSample: 1 } }');
const another = `${gated}approvals: [{ wave: rest, by: another }]\n`;

const edit = async (orchestrator: SmallOrchestrator, text: string, person: string) =>
  orchestrator.ask(
    'POST',
    '/v1/campaigns/sp4/edit',
    { file: 'c.yaml', text, reason: 'four eyes', dryRun: false },
    await as(orchestrator, person),
  );

/** Anna creates the campaign, and Kim starts it. */
async function startedBy(store: Store, text = gated): Promise<SmallOrchestrator> {
  const orchestrator = await startSmallOrchestrator(store);
  await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleetCsv });
  await orchestrator.ask('POST', '/v1/releases', { path: writeRelease(orchestrator) });
  await orchestrator.ask('POST', '/v1/campaigns', { file: 'c.yaml', text }, await as(orchestrator, 'anna'));
  const kim = await as(orchestrator, 'kim');
  expect((await orchestrator.ask('POST', '/v1/campaigns/sp4/start', undefined, kim)).status).toBe(200);
  return orchestrator;
}

const authors = async ({ store }: SmallOrchestrator): Promise<readonly string[]> => {
  const found = (await store.readCampaign('sp4'))?.campaign.approvals?.authors ?? [];
  return found.map((who) => who.replace(/ .*/, ''));
};

const upgraded = (upgrade: Upgrade): Upgrade => ({
  ...upgrade,
  state: { phase: 'settled', at: now, end: 'upgraded', cause: 'proved', because: 'proved', blockers: [] },
});

describe.each(storesAndShards)('by: another in a later edition, on the %s store', (_name, open) => {
  test('keeps out who created, started and edited the campaign before', async () => {
    await using orchestrator = await startedBy(await open());
    const { store } = orchestrator;
    await edit(orchestrator, `${gated}budgets: { active: 7 }\n`, 'bob');
    expect((await edit(orchestrator, another, 'carl')).status).toBe(200);
    for (const client of await firstWave(orchestrator, 5))
      await bring(store, client, upgraded, { index: 'settled' });
    await runCampaigns().run(contextOf(orchestrator));
    const answer = { id: 'sp4/wave/rest', answer: 'approved' };
    const yes = async (who: string) =>
      orchestrator.ask('POST', '/v1/approvals', answer, await as(orchestrator, who));
    for (const who of ['anna', 'kim', 'CORP\\bob', 'carl']) {
      const { status, body } = await yes(who);
      expect([who, status, body.error.message]).toEqual([
        who,
        409,
        expect.stringContaining('another person must approve'),
      ]);
    }
    // Another token of the same person, and a token that belongs to nobody.
    const second = await personIn(orchestrator, 'anna', 'anna-at-home');
    for (const headers of [second, { 'x-servpack-user': 'lee' }]) {
      const { status, body } = await orchestrator.ask('POST', '/v1/approvals', answer, headers);
      expect([status, body.error.code]).toEqual([409, 'campaign.refused']);
    }
    expect((await yes('lee')).status).toBe(200);
  });

  test('knows who edited the campaign while the key was gone', async () => {
    await using orchestrator = await startedBy(await open(), another);
    for (const [text, who] of [
      [gated, 'bob'],
      [`${gated}budgets: { active: 7 }\n`, 'carl'],
      [another, 'dora'],
    ] as const)
      expect((await edit(orchestrator, text, who)).status).toBe(200);
    expect(await authors(orchestrator)).toEqual(['anna', 'kim', 'bob', 'carl', 'dora']);
  });
});

describe('the authors of a campaign', () => {
  test('that a schedule creates are the author of the schedule, and the person who runs it by hand', async () => {
    await using orchestrator = await startSmallOrchestrator();
    await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleetCsv });
    await orchestrator.ask('POST', '/v1/releases', { path: writeRelease(orchestrator) });
    const weekly = 'schedule: { cron: "0 22 * * 2", zone: UTC }\n';
    const text = another.replace('sp4', 'weekly').concat(weekly);
    await orchestrator.ask('POST', '/v1/schedules', { file: 'w.yaml', text }, await as(orchestrator, 'anna'));
    await orchestrator.ask('POST', '/v1/schedules/weekly/run', undefined, await as(orchestrator, 'kim'));
    const { store } = orchestrator;
    const byHand = await store.readCampaign('weekly-2026-11-17-0900');
    expect(byHand?.campaign.approvals?.authors).toEqual(['kim (token kim)', 'anna (token anna)']);
    await orchestrator.ask('POST', '/v1/campaigns/weekly-2026-11-17-0900/abort', { reason: 'over' });
    const tuesday = Date.UTC(2026, 10, 17, 22);
    await runSchedules().run(contextOver(store, standingClock(tuesday), keepingDispatcher([])));
    const due = await store.readCampaign('weekly-2026-11-17');
    expect(due?.campaign.approvals?.authors).toContain('anna (token anna)');
  });

  test('are not known where nothing names who created it, and then nobody can approve', async () => {
    await using orchestrator = await startedBy(createMemoryStore(Date.now));
    const campaign = (await orchestrator.store.readCampaign('sp4'))?.campaign;
    if (campaign === undefined) throw new Error('the campaign is not there');
    // As an earlier version of servpack left it, with an audit that is elsewhere.
    const old = createMemoryStore(Date.now);
    await old.createCampaign(campaign, [], entry('sp4'));
    const context = contextOver(old, standingClock(now), keepingDispatcher([]));
    const asked = { ...campaign.definition, approvals: [{ wave: 'rest', by: 'another' as const }] };
    expect(await authorsWith(context, campaign, asked, 'bob')).toBeNull();
  });
});
