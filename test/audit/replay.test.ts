import fc from 'fast-check';
import { expect, test } from 'vitest';
import { all } from '../contract/store/fixtures.ts';
import { hours } from '../domain/given.ts';
import { machines, type Plan, plan, played, type Step } from './played-story.ts';
import { replay } from './replayed-audit.ts';

test('replaying the audit of a campaign gives the same waves, the same clients and the same openings', async () => {
  const seen = { openings: 0, decisions: 0, members: 0, editions: 0 };
  await fc.assert(
    fc.asyncProperty(plan, async (asked) => {
      using sealing = await played(asked);
      const { store } = sealing;
      const found = replay(sealing.lines());
      expect(found.differences).toEqual([]);
      expect(found.early).toEqual([]);
      const audit = (await store.audit(100_000)).toReversed();
      const opens = audit.filter(
        ({ client, because }) => client === null && /^wave \S+ opens: /u.test(because),
      );
      expect(found.openings).toEqual(opens.map(({ because }) => because));
      const upgrades = (await all(store.upgrades('sp4'))).map(({ upgrade }) => upgrade);
      const members = [...upgrades, ...(await all(store.waiting('sp4')))];
      const inWave = (wave: number) =>
        members
          .filter((each) => each.wave === wave)
          .map(({ client }) => client)
          .sort();
      expect(found.waves).toEqual([0, 1, 2].map(inWave));
      seen.openings += found.openings.length;
      seen.decisions += found.decisions;
      seen.members += audit.filter(
        ({ because }) => because.includes('joined') || because.includes('left'),
      ).length;
      seen.editions += audit.filter(({ to }) => to.startsWith('edition')).length;
    }),
    { seed: 20_261_129, numRuns: 15 },
  );
  // The campaigns were not all of one kind.
  for (const [what, times] of Object.entries(seen)) expect([what, times > 5]).toEqual([what, true]);
});

test('an audit that misses a client does not open its wave again', async () => {
  const quiet: Plan = { soakMs: 0, needsApproval: false, hasWindow: false, steps: [] };
  const mornings: Step[] = [1, 2].flatMap((): Step[] => [
    { kind: 'pass', ms: hours(13) },
    { kind: 'checkIn', clients: machines },
    { kind: 'pass', ms: hours(11) },
  ]);
  using sealing = await played({ ...quiet, steps: mornings });
  expect(replay(sealing.lines()).openings).toHaveLength(2);
  const without = sealing.lines().filter((line) => !line.startsWith('{"record":"sp4","client":"pc-1"'));
  const [difference] = replay(without).differences;
  expect(difference).toMatch(/^nothing opens a wave at: wave middle opens: /u);
});
