import { defineConfig } from 'vitest/config';

/** Needs a machine on which Windows clients can be made (test/lab/windows): `npm run test:windows`, not a part of `npm test`. */
export default defineConfig({
  test: {
    name: 'windows',
    globalSetup: ['test/environment/global-setup.ts'],
    include: ['test/windows/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 600_000,
  },
});
