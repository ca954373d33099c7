import { expect, test } from 'vitest';
import { modelFleet } from '../../orchestrator/simulation/model-fleet.ts';

test('a model fleet has clients with each named label of a key, and clients with none', () => {
  const labels = ['ring=canary', 'ring=early'];
  const fleet = modelFleet(300, '1', { clients: [], logonServers: [], zones: [], labels });
  const sizes = [...labels, ''].map((label) => fleet.filter((each) => each.labels.join() === label).length);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(300);
  for (const size of sizes) expect(size).toBeGreaterThan(60);
});
