import { describe, expect, test } from 'vitest';
import { SharedReads } from '../../orchestrator/http/shared-reads.ts';
import type { Store } from '../../shared/store/store.ts';
import { startRunning } from '../fixtures/small-orchestrator.ts';
import { bearer, makeToken } from '../fixtures/tokens.ts';
import { until } from '../fixtures/until.ts';
import { createMemoryStore } from '../twin/memory-store.ts';

describe('reads that callers share', () => {
  test('nobody joins a read under way, and those who ask meanwhile share the next one', async () => {
    const reads = new SharedReads<string>();
    const first = Promise.withResolvers<string>();
    let begun = 0;
    const next = async (): Promise<string> => `read ${String(++begun)} after the first`;
    const answers = [reads.ask('a', () => first.promise), reads.ask('a', next), reads.ask('a', next)];
    expect(await reads.ask('b', async () => 'another key does not wait')).toBe('another key does not wait');
    expect(begun).toBe(0);
    first.resolve('the first');
    expect(await Promise.all(answers)).toEqual([
      'the first',
      'read 1 after the first',
      'read 1 after the first',
    ]);
  });

  test('one that fails fails for its own callers', async () => {
    const reads = new SharedReads<string>();
    const failing = reads.ask('a', () => Promise.reject(new Error('Redis is away')));
    const following = reads.ask('a', async () => 'it is back');
    await expect(failing).rejects.toThrow('Redis is away');
    expect(await following).toBe('it is back');
    expect(await reads.ask('a', async () => 'and once more')).toBe('and once more');
  });
});

/** A store that counts what it is asked, and holds each read of a campaign until it is let go. */
function heldStore() {
  const store = createMemoryStore(Date.now);
  const asked = { hasCampaign: 0, campaignNames: 0, readCampaign: 0 };
  let gate: Promise<void> | null = null;
  const counted = (name: keyof typeof asked) => {
    const whole = store[name].bind(store) as (...given: readonly unknown[]) => Promise<unknown>;
    return async (...given: readonly unknown[]) => {
      asked[name] += 1;
      if (name === 'readCampaign') await gate;
      return whole(...given);
    };
  };
  const names = Object.keys(asked) as (keyof typeof asked)[];
  const held = {
    ...store,
    ...Object.fromEntries(names.map((name) => [name, counted(name)])),
  } as Store;
  const hold = (): (() => void) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    return () => {
      gate = null;
      resolve();
    };
  };
  return { store: held, asked, hold };
}

describe('the status of a campaign', () => {
  test('is read once for those who ask at once, and reads no names of other campaigns', async () => {
    const { store, asked, hold } = heldStore();
    await using orchestrator = await startRunning(store);
    const before = { ...asked };
    const letGo = hold();
    const callers = Array.from({ length: 6 }, async () => orchestrator.ask('GET', '/v1/campaigns/sp4'));
    await until('all have asked', () => asked.hasCampaign - before.hasCampaign === 6);
    letGo();
    const answers = await Promise.all(callers);
    expect(answers.map(({ status, body }) => [status, body.campaign, body.status])).toEqual(
      answers.map(() => [200, 'sp4', 'running']),
    );
    // The one under way, and the next one, which five share.
    expect(asked.readCampaign - before.readCampaign).toBe(2);
    expect(asked.campaignNames).toBe(before.campaignNames);
    const spelled = await orchestrator.ask('GET', '/v1/campaigns/SP4');
    expect([spelled.status, spelled.body.campaign]).toEqual([200, 'sp4']);
  });

  test('has what its reader has changed before, while others read it all the time', async () => {
    await using orchestrator = await startRunning();
    const status = '/v1/campaigns/sp4';
    let isOver = false;
    const others = Array.from({ length: 4 }, async () => {
      while (!isOver) await orchestrator.ask('GET', status);
    });
    const seen: string[] = [];
    for (const verb of ['pause', 'resume', 'pause', 'resume', 'pause', 'resume']) {
      await orchestrator.ask('POST', `${status}/${verb}`, { reason: 'to see it' });
      const { body } = await orchestrator.ask('GET', status);
      seen.push(String(body.status));
    }
    isOver = true;
    await Promise.all(others);
    expect(seen).toEqual(['paused', 'running', 'paused', 'running', 'paused', 'running']);
  });

  test('is never shared with a token that may see less', async () => {
    await using orchestrator = await startRunning();
    const { url, token } = orchestrator;
    const narrow = await makeToken(orchestrator, 'milan', { role: 'viewer', sites: ['LS-MIL'] });
    await orchestrator.ask('POST', '/v1/campaigns/sp4/hold', {
      logonServers: ['LS-ROM'],
      reason: 'rebuilding',
    });
    const readWith = async (secret: string): Promise<string> =>
      (await fetch(`${url}/v1/campaigns/sp4`, { headers: bearer(secret) })).text();
    const texts = await Promise.all(
      Array.from({ length: 8 }, async (_, at) => readWith(at % 2 === 0 ? token : narrow)),
    );
    expect(texts.map((text) => text.includes('LS-ROM'))).toEqual(texts.map((_, at) => at % 2 === 0));
  });
});
