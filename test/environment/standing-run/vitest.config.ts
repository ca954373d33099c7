import { defineConfig } from 'vitest/config';

/** A run of tests that never ends by itself, for the test that interrupts one. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    globalSetup: ['../global-setup.ts'],
    include: ['stands.test.ts'],
    testTimeout: 0,
  },
});
