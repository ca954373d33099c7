import { describe, expect, test } from 'vitest';
import { parseCampaign } from '../../orchestrator/input/campaign-file.ts';
import { accepted, faultsOf } from './given.ts';

/** The shortest campaign with more lines below; the first of them is line 3. */
const read = (...lines: string[]) =>
  parseCampaign(`campaign: sp4\nrelease: sms-1.2-sp4\n${lines.join('\n')}\n`, 'c.yaml');

const hours = 3_600_000;

describe('health of the wave before', () => {
  const gatesOf = (...lines: string[]) => accepted(read(...lines)).waves.map(({ gate }) => gate.health);

  test('belongs to the gate of the wave that is looked at', () => {
    const waves =
      'waves: [{ name: a, count: 1 }, { name: b, count: 1, health: { watch: 24h } }, { name: c, rest: true }]';
    expect(gatesOf(waves)).toEqual([{ watchMs: 24 * hours, notOkPercent: 10 }, undefined, undefined]);
    expect(gatesOf(waves, 'gate: { failures: 5, health: { watch: 1h, failures: 2 % } }')).toEqual([
      { watchMs: 24 * hours, notOkPercent: 5 },
      { watchMs: hours, notOkPercent: 2 },
      { watchMs: hours, notOkPercent: 2 },
    ]);
    expect(
      gatesOf(
        'gate: { health: { watch: 1h } }',
        'waves: [{ name: a, count: 1, gate: { health: null } }, { name: b, rest: true }]',
      )[0],
    ).toBeUndefined();
  });

  test.each([
    [
      '[{ name: a, rest: true, health: { watch: 1h } }]',
      'waves[0].health: is asked of the first wave, expected a wave that follows another one',
    ],
    [
      '[{ name: a, count: 1, gate: { health: { watch: 1h } } }, { name: b, rest: true, health: { watch: 2h } }]',
      'waves[1].health: is in the gate of the wave before, too, expected health in one of the two places',
    ],
    [
      '[{ name: a, rest: true, gate: { health: { watch: 1h } } }]',
      'waves[0].gate.health: is asked of the last wave, expected a wave that another one follows',
    ],
    [
      '[{ name: a, count: 1 }, { name: b, rest: true, health: {} }]',
      'waves[1].health.watch: is missing, expected a duration from 1s to 365d, such as 90s, 30m, 4h or 2d',
    ],
  ])('%s is refused', (waves, fault) => {
    expect(faultsOf(read(`waves: ${waves}`))).toEqual([`c.yaml:3: ${fault}`]);
  });
});
