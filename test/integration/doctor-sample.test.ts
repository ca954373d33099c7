import { describe, expect, test } from 'vitest';
import { judgeLooks } from '../../orchestrator/cli/doctor/sample-looks.ts';
import { sampleOf } from '../../orchestrator/fleet/sample.ts';
import type { Check } from '../../orchestrator/http/schemas/orchestrator.ts';
import { clientOf } from '../contract/store/fixtures.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { expectUseful } from './doctor-checks.ts';
import { type LookLab, startLookLab } from './look-lab.ts';

test('a sample of the doctor is the same for the same seed, in any order of the fleet', async () => {
  const [one, other] = [createMemoryStore(Date.now), createMemoryStore(Date.now)];
  const fleet = Array.from({ length: 300 }, (_, n) => clientOf(`pc-${n}`));
  await one.importFleet(fleet);
  await other.importFleet(fleet.toReversed());
  const sample = await sampleOf(one, 20, 'a');
  expect([sample.total, new Set(sample.clients).size]).toEqual([300, 20]);
  expect(await sampleOf(other, 20, 'a')).toEqual(sample);
  expect((await sampleOf(one, 20, 'b')).clients).not.toEqual(sample.clients);
  expect(await sampleOf(one, 1_000, 'a')).toMatchObject({ total: 300 });
});

test('a sample of a large fleet reads no more names than one of a small fleet', async () => {
  const store = createMemoryStore(Date.now);
  await store.importFleet(Array.from({ length: 40_000 }, (_, n) => clientOf(`pc-${n}`)));
  let read = 0;
  const counting = {
    fleetSize: () => store.fleetSize(),
    drawNames: async (draws: readonly number[]) => {
      const drawn = await store.drawNames(draws);
      read += drawn.places.flat().length;
      return drawn;
    },
  };
  const sample = await sampleOf(counting, 20, 'a');
  expect(read).toBeLessThanOrEqual(20_000);
  expect([sample.total, new Set(sample.clients).size]).toEqual([40_000, 20]);
  // Not of one neighbourhood: names in order lie 128 at a place.
  const order = Array.from({ length: 40_000 }, (_, n) => `pc-${n}`).toSorted();
  expect(new Set(sample.clients.map((client) => Math.floor(order.indexOf(client) / 128))).size).toBe(20);
  expect(await sampleOf(counting, 20, 'a')).toEqual(sample);
  expect((await sampleOf(counting, 20, 'b')).clients).not.toEqual(sample.clients);
  expect((await sampleOf(counting, 1_000, 'a')).clients).toHaveLength(1_000);
});

describe('the sample of clients that the doctor looks at', () => {
  const doctor = async (lab: LookLab, args: readonly string[]) => {
    const { code, stdout } = await lab.cli(['doctor', '--json', ...args]);
    const { checks } = JSON.parse(stdout) as { checks: Check[] };
    expectUseful(checks);
    return { code, clients: checks.filter(({ area }) => area === 'clients') };
  };

  test('is drawn by the seed, reached and looked at, and nothing is changed on it', async () => {
    await using lab = await startLookLab({ traits: ['free', 'pcmInBin', 'userProgram', 'server'] });
    await lab.startWorker();
    const before = (await lab.fleet.truth()).clients;
    const { clients } = await doctor(lab, []);
    expect(clients).toMatchObject([
      { state: 'ok', says: '4 of 4 clients reached and looked at (drawn from 4, seed doctor)' },
    ]);
    expect((await lab.fleet.truth()).clients).toEqual(before);
    const drawn = async () => {
      const { clients: some } = await doctor(lab, ['--sample', '2', '--seed', 'a']);
      expect(some[0]?.says).toBe('2 of 2 clients reached and looked at (drawn from 4, seed a)');
      const [newest] = (await lab.store.surveys()).toSorted((a, b) => b.survey.at - a.survey.at);
      const page = await lab.store.surveyLooks(newest?.survey.survey ?? '', '', 10);
      return page.looks.map(({ name }) => name).toSorted();
    };
    expect(await drawn()).toEqual(await drawn());
  });

  test('is a warning with the number of unreachable clients and the first error', async () => {
    await using lab = await startLookLab({ traits: ['free', 'offlineForDays', 'pcmInBin'] });
    const offline = lab.clients.get('offlineForDays') ?? '';
    const broken = lab.clients.get('pcmInBin') ?? '';
    await lab.startWorker((gateway) => ({
      ...gateway,
      look: async (target, ...rest) =>
        target.client === broken
          ? { ok: false, error: { kind: 'garbled', message: 'no file list in the answer' } }
          : gateway.look(target, ...rest),
    }));
    const { code, clients } = await doctor(lab, []);
    expect(code).not.toBe(0);
    expect(clients).toMatchObject([
      { state: 'warning', leadsTo: 'these clients are deferred until they answer' },
    ]);
    expect(clients[0]?.says).toMatch(
      new RegExp(
        `^1 of 3 clients reached and looked at \\(drawn from 3, seed doctor\\); 1 unreachable, the first is ${offline}: COULD NOT LOOK \\(unreachable\\): .+; 1 could not be looked at, the first is ${broken}: COULD NOT LOOK \\(answer not understood\\): no file list in the answer$`,
      ),
    );
  });

  test('is broken when no client can be reached', async () => {
    await using lab = await startLookLab({ traits: ['offlineForDays'] });
    await lab.startWorker();
    const { code, clients } = await doctor(lab, []);
    expect([code, clients[0]?.state]).toEqual([1, 'broken']);
    expect(clients[0]?.says).toMatch(
      /^0 of 1 client reached and looked at \(drawn from 1, .*\); 1 unreachable, the first is /,
    );
  });

  test.each([
    [{ looked: 17, failed: 0 }, 'warning', '3 took too long'],
    [{ looked: 20, failed: 20 }, 'broken', '20 unreachable, the first is pc-0: gone'],
    [{ looked: 0, failed: 0 }, 'broken', '20 took too long'],
  ])(
    'is judged by how many were looked at and how many failed: %j is %s',
    ({ looked, failed }, state, why) => {
      const looks = Array.from({ length: failed }, (_, n) => ({
        client: `pc-${n}`,
        failure: 'unreachable',
        says: 'gone',
      }));
      const check = judgeLooks({ asked: 20, total: 12_000, seed: 's', looked, failed: looks });
      expect([check.state, check.says]).toEqual([
        state,
        `${looked - failed} of 20 clients reached and looked at (drawn from 12,000, seed s); ${why}`,
      ]);
    },
  );
});
