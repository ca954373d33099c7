import { beforeEach, expect, test } from 'vitest';
import {
  fleetCsv,
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';
import { bearer, makeToken } from '../fixtures/tokens.ts';
import { firstWave } from '../integration/admitted-clients.ts';
import { createMemoryStore } from '../twin/memory-store.ts';

/** What happens before the next read of this client but one. */
let between: { readonly client: string; passes: number; readonly happens: () => Promise<void> } | null;
beforeEach(() => {
  between = null;
});

const yaml = (campaign: string): string =>
  `campaign: ${campaign}\nrelease: sms-sp4\nwaves: [{ name: all, rest: true }]\n`;

/** An orchestrator whose clients are in near-1; far-1 takes them when the test says so. */
async function start() {
  const store = createMemoryStore(Date.now);
  const readClient: typeof store.readClient = async (client) => {
    const due = between;
    if (due !== null && due.client === client && (due.passes -= 1) < 0) {
      between = null;
      await due.happens();
    }
    return store.readClient(client);
  };
  const orchestrator = await startSmallOrchestrator({ ...store, readClient });
  const ask = async (path: string, body: object): Promise<void> => {
    const answer = await orchestrator.ask('POST', path, body);
    if (answer.status !== 200) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
  };
  await ask('/v1/fleet', { file: 'fleet.csv', text: fleetCsv });
  await ask('/v1/releases', { path: writeRelease(orchestrator) });
  for (const name of ['near-1', 'far-1']) await ask('/v1/campaigns', { file: 'c.yaml', text: yaml(name) });
  await ask('/v1/campaigns/near-1/start', {});
  const moved = async () => {
    await ask('/v1/campaigns/near-1/abort', { reason: 'the other one is wanted' });
    await ask('/v1/campaigns/far-1/start', {});
    await firstWave(orchestrator, 9);
  };
  return { orchestrator, moved };
}

const audited = async (orchestrator: SmallOrchestrator): Promise<readonly string[]> =>
  (await orchestrator.ask('GET', '/v1/audit?campaign=far-1&limit=200')).body.items.map(
    ({ who, to, client }: Record<string, unknown>) => `${String(who)} ${String(to)} ${String(client)}`,
  );

test.each(['skip', 'retry', 'undo', 'checkin'])(
  '%s of a client that came into a campaign beyond the token while it was checked is refused',
  async (action) => {
    const { orchestrator, moved } = await start();
    await using _ = orchestrator;
    const headers = bearer(
      await makeToken(orchestrator, 'near', { role: 'operator', campaigns: ['near-*'] }),
    );
    const body = action === 'checkin' ? {} : { reason: 'r' };
    const act = () => orchestrator.ask('POST', `/v1/clients/pc-1/${action}`, body, headers);
    let before: readonly string[] = [];
    between = {
      client: 'pc-1',
      passes: 1,
      happens: async () => {
        await moved();
        before = await audited(orchestrator);
      },
    };
    const { status, body: said } = await act();
    expect(between).toBeNull();
    expect([status, said.code]).toEqual([403, 'role.campaign']);
    expect(JSON.stringify(said)).not.toContain('far-1');
    expect(await audited(orchestrator)).toEqual(before);
    // The same is said where the guard sees it already.
    const later = await act();
    expect([later.status, later.body.detail]).toEqual([status, said.detail]);
  },
);
