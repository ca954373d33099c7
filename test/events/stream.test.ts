import { describe, expect, test } from 'vitest';
import { runCampaigns } from '../../orchestrator/rounds/run-campaigns.ts';
import { eventSchemas } from '../../orchestrator/http/schemas/events.ts';
import { type EventReader, followFor, openEvents, type ReadEvent } from '../fixtures/event-reader.ts';
import { campaignYaml, type SmallOrchestrator, startRunning } from '../fixtures/small-orchestrator.ts';
import { storesAndShards } from '../fixtures/stores.ts';
import { bring, changes, contextOf, firstWave } from '../integration/admitted-clients.ts';
import { until } from '../fixtures/until.ts';
import { note, noteMany } from './notes.ts';

const positionIn = async (orchestrator: SmallOrchestrator): Promise<string> =>
  (await orchestrator.ask('GET', '/v1/campaigns/sp4')).body.position as string;

const saysOf = (events: readonly ReadEvent[]): readonly string[] =>
  events.flatMap(({ event, data }) => (event === 'entry' ? [String(data.because)] : []));

const kinds = (events: readonly ReadEvent[]): readonly string[] => [
  ...new Set(events.map(({ event }) => event)),
];

describe.each(storesAndShards)('events over the store of %s', (_name, open) => {
  test('come after the answer that was read before, none missing, and are as described', async () => {
    await using orchestrator = await startRunning(await open());
    const { store, events } = orchestrator;
    await using _following = await followFor(events, store);
    const position = await positionIn(orchestrator);
    await noteMany(store, 'sp4', 0, 3);
    const reader = await openEvents(orchestrator, 'campaign:sp4,feed', position);
    await reader.until('what came between the answer and the stream', (all) => saysOf(all).length === 3);
    await orchestrator.ask('POST', '/v1/campaigns/sp4/pause', { reason: 'the phones ring' });
    await reader.until('the paused state', (all) =>
      all.some(({ event, data }) => event === 'head' && data.status.status === 'paused'),
    );
    expect(saysOf(reader.events).slice(0, 3)).toEqual(['note 0', 'note 1', 'note 2']);
    expect(reader.events.filter(({ event }) => event === 'entry').at(-1)?.data).toMatchObject({
      campaign: 'sp4',
      to: 'paused',
    });
    for (const { event, data } of reader.events)
      expect(eventSchemas[event as keyof typeof eventSchemas].parse(data)).toEqual(data);
    reader.close();
    await until('the hub has no reader', () => events.size === 0);
  });

  test('go on after the last one that was read, and a reader that is up to date misses nothing', async () => {
    await using orchestrator = await startRunning(await open());
    const { store, events } = orchestrator;
    await using _following = await followFor(events, store);
    const reader = await openEvents(orchestrator, 'feed');
    await until('the reader knows where it stands', () => reader.lastId() !== '');
    await noteMany(store, 'sp4', 0, 2);
    await reader.until('two entries', (all) => saysOf(all).length === 2);
    reader.close();
    await noteMany(store, 'sp4', 2, 2);
    // From the middle of what was sent at once, and from the end.
    const [first] = reader.events.filter(({ event }) => event === 'entry');
    const again = await openEvents(orchestrator, 'feed', first?.id);
    await again.until('the other three', (all) => saysOf(all).length === 3);
    expect(saysOf(again.events)).toEqual(['note 1', 'note 2', 'note 3']);
    const last = await openEvents(orchestrator, 'feed', again.lastId());
    await note(store, 'sp4', 'note 4');
    await last.until('the newest', (all) => saysOf(all).length === 1);
    expect(saysOf(last.events)).toEqual(['note 4']);
    expect(kinds([...again.events, ...last.events])).not.toContain('reset');
    again.close();
    last.close();
  });

  test('count many entries instead of listing them, and the ranges have no gap', async () => {
    await using orchestrator = await startRunning(await open());
    const { store, events } = orchestrator;
    await using _following = await followFor(events, store);
    const position = await positionIn(orchestrator);
    const readers = [
      await openEvents(orchestrator, 'feed', position),
      await openEvents(orchestrator, 'campaign:sp4', position),
    ];
    await noteMany(store, 'sp4', 0, 300);
    await note(store, 'other', 'of another campaign');
    for (const reader of readers) {
      const counted = (all: readonly ReadEvent[]): number =>
        all.reduce((sum, { event, data }) => sum + (event === 'entries' ? data.count : 0), 0) +
        saysOf(all).length;
      const expected = reader === readers[0] ? 301 : 300;
      await reader.until('every entry is counted', (all) => counted(all) >= expected);
      expect(counted(reader.events)).toBe(expected);
      expect(kinds(reader.events)).toContain('entries');
      expect(kinds(reader.events)).not.toContain('reset');
      reader.close();
    }
  });

  test('ask a reader to read again where the audit no longer reaches back, or knows nothing of it', async () => {
    await using orchestrator = await startRunning(await open());
    const { store, events } = orchestrator;
    await using _following = await followFor(events, store);
    const shards = await store.shards();
    const lost = Array.from({ length: shards }, () => `${Date.now() - 5}-77`).join('.');
    for (const position of [lost, 'no position', '1-1.1-1.1-1.1-1.1-1']) {
      const reader: EventReader = await openEvents(orchestrator, 'heads', position);
      await reader.until('a reset', (all) => kinds(all).includes('reset'));
      expect(reader.events[0]?.data).toEqual({ because: expect.stringMatching(/read everything again/) });
      // From there on it is served like everybody else.
      await note(store, 'sp4', 'afterwards');
      await reader.until('the state', (all) => kinds(all).includes('head'));
      reader.close();
    }
  });
});

describe('a stream of events', () => {
  test('has the headers that keep proxies from holding it back, and says how long to wait', async () => {
    await using orchestrator = await startRunning();
    const { store, events } = orchestrator;
    await using _following = await followFor(events, store);
    const reader = await openEvents(orchestrator, 'heads');
    expect([reader.status, reader.headers['content-type']]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ]);
    expect(reader.headers).toMatchObject({
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    await until('the first bytes', () => reader.text() !== '');
    const retry = Number(/^retry: (\d+)\n/.exec(reader.text())?.[1]);
    expect(retry).toBeGreaterThanOrEqual(3_000);
    expect(retry).toBeLessThanOrEqual(8_000);
    reader.close();
  });

  test.each([
    ['', 400],
    ['everything', 400],
    ['heads,everything', 400],
    ['campaign:', 400],
    ['campaign:nobody-knows-it', 404],
    [Array.from({ length: 51 }, (_, number) => `campaign:c${number}`).join(','), 400],
  ])('is refused for the topics %s', async (topics, status) => {
    await using orchestrator = await startRunning();
    const answer = await orchestrator.ask('GET', `/v1/events?topics=${encodeURIComponent(topics)}`);
    expect(answer.status).toBe(status);
  });

  test('takes a name in any case, and says nothing of other campaigns', async () => {
    await using orchestrator = await startRunning();
    const { store, events } = orchestrator;
    await using _following = await followFor(events, store);
    const reader = await openEvents(orchestrator, 'campaign:SP4', await positionIn(orchestrator));
    await note(store, 'other', 'of another campaign');
    await note(store, 'sp4', 'of this one');
    await reader.until('its entry', (all) => saysOf(all).length > 0);
    expect(saysOf(reader.events)).toEqual(['of this one']);
    reader.close();
  });

  test('says when the questions of a campaign change', async () => {
    const asking = campaignYaml('sp4', 'approvals: [{ wave: rest, expires: 24h }]\n').replace(
      'count: 2 }',
      'count: 2, gate: { settled: 0 %, failures: 100 %, minSample: 1 } }',
    );
    await using orchestrator = await startRunning(undefined, asking);
    const { store, events } = orchestrator;
    await using _following = await followFor(events, store);
    const feed = await openEvents(orchestrator, 'feed', await positionIn(orchestrator));
    for (const client of await firstWave(orchestrator, 2))
      await bring(store, client, changes.failed, { index: 'settled' });
    await until('the leader asks a person', async () => {
      await runCampaigns().run(contextOf(orchestrator));
      return (await orchestrator.ask('GET', '/v1/approvals')).body.approvals.length > 0;
    });
    await feed.until('the question', (all) => kinds(all).includes('approval'));
    expect(feed.events.find(({ event }) => event === 'approval')?.data).toEqual({
      campaign: 'sp4',
      approvals: [expect.stringMatching(/^wave rest waits for approval/)],
    });
    feed.close();
  });

  test('ends when the orchestrator stops, and stopping does not wait for the readers', async () => {
    const orchestrator = await startRunning();
    const { store, events } = orchestrator;
    const following = await followFor(events, store);
    const readers = [await openEvents(orchestrator, 'heads'), await openEvents(orchestrator, 'feed')];
    await until('both are connected', () => events.size === 2);
    await orchestrator[Symbol.asyncDispose]();
    await until('both have ended', () => readers.every((reader) => reader.isEnded()));
    expect(events.size).toBe(0);
    await following[Symbol.asyncDispose]();
  });
});
