import { defineConfig } from 'vitest/config';
import { patienceMs } from './test/environment/patience.ts';

/**
 * The Cluster of six takes the machine for itself: `npm run test:cluster`, not a part of
 * `npm test`.
 */
export default defineConfig({
  test: {
    name: 'cluster',
    globalSetup: ['test/environment/global-setup.ts'],
    include: ['test/cluster/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 4 * patienceMs,
    hookTimeout: 2 * patienceMs,
    expect: { poll: { timeout: patienceMs } },
  },
});
