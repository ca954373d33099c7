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

/** Folders with a project of their own: these two can run without Redis, `--project domain`. */
const APART = ['architecture', 'domain'];

/** The folders below test/, found and not listed, so that no test is forgotten here. */
const folders = existsSync(tests)
  ? readdirSync(tests, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !NOT_TESTS.has(entry.name))
      .map(({ name }) => name)
  : [];

/** Most tests wait for Redis or for processes, so that four files at once keep two cores busy. */
const atOnce = Math.max(4, availableParallelism());

/**
 * A worker runs one file after the other and keeps the code that it has loaded, and its browser, as
 * long as the next file belongs to the same project and wants no worker of its own: to load it
 * again costs up to two seconds of processor time, more than most files. So all other folders are
 * one project, also those that start whole installations: these are processes of their own.
 */
function project(name: string, ...ofFolders: readonly string[]): TestProjectInlineConfiguration {
  return {
    extends: true,
    test: {
      name,
      include: ofFolders.map((folder) => `test/${folder}/**/*.test.ts`),
      maxWorkers: atOnce,
      isolate: false,
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
    projects: [
      project('servpack', ...folders.filter((folder) => !APART.includes(folder))),
      ...APART.map((folder) => project(folder, folder)),
    ],
    sequence: { sequencer: LongestFirst },
    passWithNoTests: false,
    reporters: process.env['CI'] === undefined ? ['default'] : ['default', 'github-actions'],
  },
});
