import { beforeAll, describe, expect, it } from 'vitest';
import { lintPlanted, type Complaint } from './lint.ts';

const IMPORTS = 'eslint(no-restricted-imports)';
const CIRCLES = 'import(no-cycle)';
const GLOBALS = 'eslint(no-restricted-globals)';
const PROPERTIES = 'eslint(no-restricted-properties)';

/** What each planted file holds, and the one rule that must refuse it. */
const refused: ReadonlyArray<readonly [what: string, file: string, source: string, rule: string]> = [
  ['domain uses a package', 'shared/domain/package.ts', "import 'bullmq';", IMPORTS],
  ['domain uses only a type of a package', 'shared/domain/type.ts', "import type {} from 'zod';", IMPORTS],
  ['domain counts days elsewhere', 'shared/domain/time/days.ts', "import 'rrule-temporal';", IMPORTS],
  ['domain uses node', 'shared/domain/node.ts', "import 'node:fs';", IMPORTS],
  ['domain waits', 'shared/domain/wait.ts', 'export const end = AbortSignal.timeout(1);', GLOBALS],
  ['domain aborts', 'shared/domain/abort.ts', 'export const end = new AbortController();', GLOBALS],
  [
    'domain asks Intl',
    'shared/domain/intl.ts',
    'export const zone = Intl.DateTimeFormat().format();',
    GLOBALS,
  ],
  ['domain uses node later', 'shared/domain/later.ts', "export const fs = import('node:fs');", IMPORTS],
  ['domain uses the rest of shared', 'shared/domain/upgrade/up.ts', "import '../../errors.ts';", IMPORTS],
  ['domain re-exports', 'shared/domain/upgrade/export.ts', "export * from '../../store/store.ts';", IMPORTS],
  ['domain hides the way up', 'shared/domain/upgrade/hidden.ts', "import './../../errors.ts';", IMPORTS],
  ['domain reads the clock', 'shared/domain/now.ts', 'export const at = Date.now();', GLOBALS],
  ['domain makes a date', 'shared/domain/date.ts', 'export const at = new Date();', GLOBALS],
  ['domain goes round', 'shared/domain/round.ts', 'export const at = globalThis.Date.now();', GLOBALS],
  ['domain asks Temporal', 'shared/domain/temporal.ts', 'export const n = Temporal.Now;', PROPERTIES],
  ['domain throws dice', 'shared/domain/dice.ts', 'export const x = Math.random();', PROPERTIES],
  ['domain waits', 'shared/domain/wait.ts', 'setTimeout(() => undefined, 1);', GLOBALS],
  ['domain prints', 'shared/domain/print.ts', "console.log('x');", GLOBALS],
  [
    'the command line goes round the API',
    'orchestrator/cli/commands/a.ts',
    "import '../../campaigns/abort.ts';",
    IMPORTS,
  ],
  [
    'its program does',
    'orchestrator/cli/a.ts',
    "import './../campaigns/abort.ts';\nimport '../context.ts';",
    IMPORTS,
  ],
  ['a view reads the store', 'orchestrator/views/a.ts', "import '../../shared/store/store.ts';", IMPORTS],
  ['a view knows the clock', 'orchestrator/views/b.ts', 'export const at = Date.now();', GLOBALS],
  ['a decision of the orchestrator uses a package', 'orchestrator/domain/a.ts', "import 'bullmq';", IMPORTS],
  ['a proof reads the clock', 'orchestrator/proving/a.ts', 'export const at = Date.now();', GLOBALS],
  ['another command proves', 'orchestrator/cli/commands/c.ts', "import '../../proving/prove.ts';", IMPORTS],
  ['a decision of the orchestrator does I/O', 'orchestrator/domain/b.ts', "import '../context.ts';", IMPORTS],
  ['a simulation reads the clock', 'orchestrator/simulation/a.ts', 'export const at = Date.now();', GLOBALS],
  ['a simulation throws dice', 'orchestrator/simulation/b.ts', 'export const x = Math.random();', PROPERTIES],
  ['a simulation reads files', 'orchestrator/simulation/c.ts', "import 'node:fs';", IMPORTS],
  ['a simulation opens Redis', 'orchestrator/simulation/d.ts', "import '../../shared/redis/x.ts';", IMPORTS],
  [
    'a simulation calls what the orchestrator does',
    'orchestrator/simulation/machines/a.ts',
    "import '../../campaigns/abort.ts';",
    IMPORTS,
  ],
  ['a chart reads the clock', 'orchestrator/charts/a.ts', 'export const at = Date.now();', PROPERTIES],
  ['a chart needs a document', 'orchestrator/charts/b.ts', 'export const b = document.body;', GLOBALS],
  ['a chart reads files', 'orchestrator/charts/c.ts', "import 'node:fs';", IMPORTS],
  ['a chart takes a large package', 'orchestrator/charts/d.ts', "import 'd3-shape';", IMPORTS],
  ['a chart reads the store', 'orchestrator/charts/e.ts', "import '../../shared/store/store.ts';", IMPORTS],
  ['a chart knows campaigns', 'orchestrator/charts/f.ts', "import '../campaigns/abort.ts';", IMPORTS],
  [
    'two files import types of each other',
    'workers/circle-a.ts',
    "import type { B } from './circle-b.ts';\nexport type A = B | 1;",
    CIRCLES,
  ],
  [
    'shared knows orchestrator',
    'shared/store/a.ts',
    "import '../../orchestrator/rounds/run-campaigns.ts';",
    IMPORTS,
  ],
  ['shared knows workers', 'shared/b.ts', "import '../workers/drive.ts';", IMPORTS],
  ['shared knows tests', 'shared/c.ts', "import '../test/lab/x.ts';", IMPORTS],
  ['orchestrator imports workers', 'orchestrator/a.ts', "import '../workers/drive.ts';", IMPORTS],
  ['a room of orchestrator does', 'orchestrator/cli/b.ts', "import '../../workers/main.ts';", IMPORTS],
  ['orchestrator imports tests', 'orchestrator/c.ts', "import '../test/lab/x.ts';", IMPORTS],
  [
    'workers import orchestrator',
    'workers/gateways/a.ts',
    "import '../../orchestrator/rounds/run-campaigns.ts';",
    IMPORTS,
  ],
  ['workers import tests', 'workers/b.ts', "import '../test/lab/x.ts';", IMPORTS],
  [
    'a promise is forgotten',
    'workers/forgotten.ts',
    "import type { Queue } from 'bullmq';\nexport const add = (queue: Queue): void => {\n  queue.add('a', {});\n};",
    'typescript(no-floating-promises)',
  ],
  [
    'a state is forgotten',
    'shared/domain/forgotten.ts',
    "export function f(s: 'a' | 'b'): void {\n  switch (s) {\n    case 'a':\n      break;\n  }\n}",
    'typescript(switch-exhaustiveness-check)',
  ],
];

/** The directions that are allowed: a rule that refused everything would pass the list above. */
const allowed: ReadonlyArray<readonly [what: string, file: string, source: string]> = [
  [
    'domain imports domain',
    'shared/domain/upgrade/fine.ts',
    "import './other.ts';\nimport '../time/window.ts';",
  ],
  ['domain computes with time', 'shared/domain/time.ts', 'export const t = Math.max(1, 2);'],
  ['a view uses the domain', 'orchestrator/views/fine.ts', "import '../../shared/domain/time/window.ts';"],
  [
    'a simulation decides',
    'orchestrator/simulation/fine.ts',
    "import '../domain/gate.ts';\nimport 'node:crypto';",
  ],
  [
    'a chart draws',
    'orchestrator/charts/fine.ts',
    "import './svg.ts';\nimport '../views/state-words.ts';\nimport '../../shared/domain/outcome/states.ts';",
  ],
  ['servpack up starts an orchestrator', 'orchestrator/cli/processes/up.ts', "import '../../main.ts';"],
  [
    'a proof reads a profile',
    'orchestrator/proving/prove-file.ts',
    "import '../../shared/products/profile.ts';",
  ],
  ['the command line shows views', 'orchestrator/cli/render/a.ts', "import '../../views/why.ts';"],
  ['shared imports packages and domain', 'shared/fine.ts', "import 'node:fs';\nimport './domain/other.ts';"],
  ['shared reads the clock', 'shared/clock.ts', 'export const at = Date.now();'],
  ['orchestrator imports shared', 'orchestrator/fine.ts', "import '../shared/clock.ts';"],
  ['workers import shared', 'workers/gateways/fine.ts', "import '../../shared/clock.ts';"],
  ['tests import everything', 'test/fine.ts', "import '../orchestrator/a.ts';\nimport '../workers/b.ts';"],
];

describe('the import rules', () => {
  let complaints: readonly Complaint[];

  beforeAll(() => {
    const files = [...refused, ...allowed].map(([, file, source]) => [file, source] as const);
    const otherHalf = "import type { A } from './circle-a.ts';\nexport type B = A | 2;";
    complaints = lintPlanted({ ...Object.fromEntries(files), 'workers/circle-b.ts': otherHalf });
  });

  const about = (path: string): readonly string[] =>
    complaints.filter(({ file }) => file === path).map(({ rule }) => rule);

  it.each(refused)('refuses: %s', (_what, file, _source, rule) => {
    expect(about(file)).toContain(rule);
  });

  it.each(allowed)('allows: %s', (_what, file) => {
    expect(about(file)).toEqual([]);
  });

  it('says why', () => {
    const why = complaints.find(({ file }) => file === 'workers/b.ts');
    expect(why?.text).toContain('the product does not depend on its tests');
  });
});
