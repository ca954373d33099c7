import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { LongestFirst } from './test/environment/longest-first.ts';
import { patienceMs } from './test/environment/patience.ts';

// As `./servpack` does: the tests start hundreds of processes, and each would strip and compile the
// same files again.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/servpack');

const tests = join(import.meta.dirname, 'test');
/** These two have commands of their own: `npm run test:cluster`, `npm run test:windows`. */
const NOT_TESTS = new Set(['environment', 'bench', 'cluster', 'windows']);

/**
 * Folders whose files get a process of their own each. In all others a worker runs one file after
 * the other and keeps the code that it has loaded: to load it again for each of 450 files takes
 * longer than many of them.
 */
const ISOLATED = new Set(['crash', 'system', 'chaos', 'drill', 'upgrade', 'architecture']);

/** One project per folder below test/, found and not listed, so that no test is forgotten here. */
const rooms = existsSync(tests)
  ? readdirSync(tests, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !NOT_TESTS.has(entry.name))
      .map(({ name }) => name)
  : [];

/** Most tests wait for Redis or for processes, so that four files at once keep two cores busy. */
const atOnce = Math.max(4, availableParallelism());

function project(name: string): TestProjectInlineConfiguration {
  return {
    extends: true,
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      maxWorkers: atOnce,
      isolate: ISOLATED.has(name),
      // On a machine that others use, too, a test that fails is run once more. The report names it
      // with its retry, and it is mended like any other test that fails.
      retry: process.env['CI'] === undefined ? 0 : 1,
      // Beyond what a test waits for itself, which says what it has waited for.
      testTimeout: 2 * patienceMs,
      hookTimeout: 2 * patienceMs,
      expect: { poll: { timeout: patienceMs } },
    },
  };
}

export default defineConfig({
  test: {
    globalSetup: ['test/environment/global-setup.ts'],
    projects: rooms.map(project),
    sequence: { sequencer: LongestFirst },
    passWithNoTests: false,
    reporters: process.env['CI'] === undefined ? ['default'] : ['default', 'github-actions'],
  },
});
