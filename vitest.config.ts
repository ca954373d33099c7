import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

// As `./servpack` does: the tests start hundreds of processes, and each would strip and compile the same files again.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/servpack');

const tests = join(import.meta.dirname, 'test');
/** These two have commands of their own: `npm run test:cluster`, `npm run test:windows`. */
const NOT_TESTS = new Set(['environment', 'bench', 'cluster', 'windows']);

/** Folders whose tests start whole houses of processes and mostly wait for them: after the others, two files at a time. */
const HOUSES = new Set(['struck', 'system', 'chaos']);
/** Folders whose tests measure, or want the machine for themselves: one file at a time, at the end. */
const ALONE = new Set(['timed', 'browser']);

/** One project per folder below test/, found and not listed, so that no test can be forgotten here. */
const rooms = existsSync(tests)
  ? readdirSync(tests, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !NOT_TESTS.has(entry.name))
      .map(({ name }) => name)
  : [];

/** Most tests wait for Redis or for processes, not for a core. */
const workers = Math.max(2, availableParallelism());

function project(name: string): TestProjectInlineConfiguration {
  const isAlone = ALONE.has(name);
  const isLong = isAlone || HOUSES.has(name);
  return {
    extends: true,
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      maxWorkers: isAlone ? 1 : isLong ? 2 : workers,
      sequence: { groupOrder: isAlone ? 2 : isLong ? 1 : 0 },
      testTimeout: isLong ? 120_000 : 20_000,
      hookTimeout: isLong ? 120_000 : 60_000,
    },
  };
}

export default defineConfig({
  test: {
    globalSetup: ['test/environment/global-setup.ts'],
    projects: rooms.map(project),
    passWithNoTests: false,
    reporters: process.env['CI'] === undefined ? ['default'] : ['default', 'github-actions'],
  },
});
