import { once } from 'node:events';
import { expect, test } from 'vitest';
import type { Background } from '../../orchestrator/background/request.ts';
import type { Caller } from '../../orchestrator/caller.ts';
import { planStart } from '../../orchestrator/campaigns/plan-start.ts';
import { makePlans, planTiming } from '../../orchestrator/rounds/make-plans.ts';
import { everything } from '../../orchestrator/rounds/news.ts';
import { err, fault } from '../../shared/errors.ts';
import { campaignYaml, startRunning } from '../fixtures/small-orchestrator.ts';
import { play, seededScenario } from '../forecast/played.ts';
import { campaign as played, putIntoStore } from '../forecast/put-into-store.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { contextOf } from './admitted-clients.ts';

test('all work that a caller waits for in the background learns that the caller has closed the connection', async () => {
  let clients = 10;
  let asked = Promise.withResolvers<readonly [work: string, caller: Caller | undefined]>();
  const background: Background = async (work, _who, _input, caller) => {
    asked.resolve([work, caller]);
    if (caller?.gone.aborted === false) await once(caller.gone, 'abort');
    return err(fault('busy.stopped', 'nobody waits'));
  };
  const store = createMemoryStore(Date.now);
  const counting = { ...store, fleetSize: async () => clients };
  await using orchestrator = await startRunning(counting, campaignYaml(), { context: { background } });
  const planning = contextOf(orchestrator);
  const here = (async (_work, _who, name: string) => planStart(planning, name)) as Background;
  await makePlans(here, { ...planTiming, notBeforeMs: 0 }).run(planning, everything);
  // Of sp4 too little is known to forecast its end.
  await putIntoStore(store, (await play(seededScenario(12), 25)).question);
  // So many that also plans and edits go to the background.
  clients = 20_001;
  const file = { file: 'sp5.yaml', text: campaignYaml('sp5') };
  const large = { file: 'f.csv', text: `client,host,logonServer,zone\n${'#'.repeat(600 * 1024)}\n` };
  const requests = [
    ['simulateCampaign', 'POST', '/v1/campaigns/simulate', file],
    ['planCampaign', 'POST', '/v1/campaigns/plan', file],
    ['planCampaign', 'POST', '/v1/schedules', file],
    ['forecastCampaign', 'GET', `/v1/campaigns/${played}/end-forecast`],
    ['replayCampaign', 'POST', '/v1/campaigns/sp4/replay', {}],
    ['lookBack', 'GET', '/v1/campaigns/sp4/report'],
    ['lookBack', 'GET', '/v1/campaigns/sp4/report/document'],
    ['lookBack', 'GET', '/v1/campaigns/sp4/report/html'],
    ['createCampaign', 'POST', '/v1/campaigns', file],
    ['editCampaign', 'POST', '/v1/campaigns/sp4/edit', { ...file, reason: 'slow' }],
    ['importFleet', 'POST', '/v1/fleet', large],
    ['createSurvey', 'POST', '/v1/surveys', { targets: { from: 'file', ...large } }],
  ] as const;
  for (const [work, method, path, body] of requests) {
    asked = Promise.withResolvers();
    const leaving = new AbortController();
    const answer = fetch(`${orchestrator.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${orchestrator.token}`,
        'if-match': '*',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: leaving.signal,
    });
    const [found, caller] = await asked.promise;
    expect([path, found, caller?.gone.aborted]).toEqual([path, work, false]);
    leaving.abort();
    await expect(answer).rejects.toThrow(/abort/);
    await expect.poll(() => caller?.gone.aborted).toBe(true);
  }
});
