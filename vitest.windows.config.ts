import { defineConfig } from 'vitest/config';
import { windowsPatienceMs } from './test/environment/patience.ts';

/**
 * Needs a machine on which Windows clients can be made (test/lab/windows): `npm run test:windows`,
 * not a part of `npm test`.
 */
export default defineConfig({
  test: {
    name: 'windows',
    globalSetup: ['test/environment/global-setup.ts'],
    include: ['test/windows/**/*.test.ts'],
    fileParallelism: false,
    // Beyond what a test waits for itself, which says what it has waited for.
    testTimeout: 4 * windowsPatienceMs,
    hookTimeout: 4 * windowsPatienceMs,
  },
});
