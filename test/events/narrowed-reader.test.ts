import { describe, expect, test } from 'vitest';
import { runCampaigns } from '../../orchestrator/rounds/run-campaigns.ts';
import { followFor, openEvents, type ReadEvent } from '../fixtures/event-reader.ts';
import { campaignYaml, type SmallOrchestrator, startRunning } from '../fixtures/small-orchestrator.ts';
import { bearer, makeToken } from '../fixtures/tokens.ts';
import { contextOf } from '../integration/admitted-clients.ts';

/** The campaigns sp4 and pune-1 at work on one logon server, which they share. */
async function twoAtWork(): Promise<SmallOrchestrator> {
  const orchestrator = await startRunning(undefined, campaignYaml('sp4', 'select: { where: "office" }\n'));
  const post = async (path: string, body?: object): Promise<void> =>
    expect(await orchestrator.ask('POST', path, body)).toMatchObject({ status: 200 });
  const pune = campaignYaml('pune-1', 'select: { where: "shop" }\n');
  await post('/v1/campaigns', { file: 'p.yaml', text: pune });
  await post('/v1/campaigns/pune-1/start');
  await runCampaigns().run(contextOf(orchestrator));
  await post('/v1/server-limits', { logonServer: 'LS-ROM', active: 9, reason: 'a small line' });
  return orchestrator;
}

const newestHead = (events: readonly ReadEvent[], campaign: string) =>
  events.findLast(({ event, data }) => event === 'head' && data.campaign === campaign)?.data.status;

describe('a reader whose token is narrowed to campaigns', () => {
  test('is pushed the numbers that the same token reads, and others are pushed theirs', async () => {
    await using orchestrator = await twoAtWork();
    await using _following = await followFor(orchestrator.events, orchestrator.store);
    const pune = await makeToken(orchestrator, 'pune', { campaigns: ['pune-*'] });
    const readers = await Promise.all(
      [pune, orchestrator.token].map(async (token) => openEvents({ url: orchestrator.url, token }, 'heads')),
    );
    await orchestrator.ask('POST', '/v1/campaigns/pune-1/pause', { reason: 'the phones ring' });
    const shared: string[][] = [];
    for (const [at, reader] of readers.entries()) {
      await reader.until('pune-1 is paused', (all) => newestHead(all, 'pune-1')?.status === 'paused');
      const headers = at === 0 ? bearer(pune) : {};
      const { body } = await orchestrator.ask('GET', '/v1/campaigns/pune-1', undefined, headers);
      const { position: _position, schemaVersion: _version, ...read } = body;
      const pushed = newestHead(reader.events, 'pune-1');
      expect({ ...pushed, at: '' }).toEqual({ ...read, at: '' });
      shared.push(pushed.shared);
      reader.close();
    }
    expect(shared[0]?.join()).toContain('across 1 campaign,');
    expect(shared[1]?.join()).toContain('across 2 campaigns,');
    expect(newestHead(readers[0]?.events ?? [], 'sp4')).toBeUndefined();
  });

  test('learns no name of another campaign by asking to follow it', async () => {
    await using orchestrator = await twoAtWork();
    const pune = bearer(await makeToken(orchestrator, 'pune', { campaigns: ['pune-*'] }));
    const answers = await Promise.all(
      ['sp4', 'sp9'].map(async (name) => {
        const answer = await fetch(`${orchestrator.url}/v1/events?topics=campaign:${name}`, {
          headers: pune,
        });
        return [answer.status, (await answer.text()).replaceAll(/urn:uuid:[\w-]+/g, '')];
      }),
    );
    expect(answers[0]?.[0]).toBe(403);
    expect(answers[1]).toEqual(answers[0]);
  });
});
