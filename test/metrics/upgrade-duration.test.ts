import { expect, test } from 'vitest';
import { newUpgrade, type Upgrade, withMemory } from '../../shared/domain/upgrade/state.ts';
import { openMetrics } from '../../workers/metrics/open-metrics.ts';

const admittedAt = Date.UTC(2026, 10, 30);
const hour = 3_600_000;
const looking = newUpgrade('pc-1', 0, 'LS-1');
const asked = withMemory(looking, { request: { kind: 'undo', by: 'anna', reason: 'it is needed there' } });

const settled = (upgrade: Upgrade, at: number): Upgrade => ({
  ...upgrade,
  state: { phase: 'settled', at, end: 'upgraded', cause: 'proved', because: 'proved', blockers: [] },
});

test('an upgrade is measured from its admission to the end of its first attempt', async () => {
  const metrics = openMetrics();
  const again = { ...looking, attempt: 2 };
  metrics.ended(looking, settled(looking, admittedAt + hour), admittedAt);
  // Not the end; not known when it was admitted; a later attempt; asked for after the end.
  metrics.ended(looking, looking, admittedAt);
  metrics.ended(looking, settled(looking, admittedAt + hour), undefined);
  metrics.ended(again, settled(again, admittedAt + hour), admittedAt);
  metrics.ended(asked, settled(asked, admittedAt + hour), admittedAt);
  const text = await metrics.text();
  const named = 'servpack_upgrade_duration_seconds';
  expect(text).toMatch(new RegExp(`^${named}_count\\{end="upgraded"\\} 1$`, 'm'));
  expect(text).toMatch(new RegExp(`^${named}_sum\\{end="upgraded"\\} 3600$`, 'm'));
  expect(text.match(new RegExp(`^${named}_bucket\\{le="\\d+",end="upgraded"\\} [01]$`, 'gm'))).toHaveLength(
    12,
  );
});
