import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/**
 * One complaint of the linter: `rule` as in `eslint(no-restricted-imports)`, `file` relative to
 * the tree.
 */
export interface Complaint {
  readonly file: string;
  readonly rule: string;
  readonly text: string;
}

/**
 * Plants files (path -> source) in a temporary tree that has the project's own lint configuration
 * and folder layout, and returns what the linter says about them.
 */
export function lintPlanted(files: Readonly<Record<string, string>>): readonly Complaint[] {
  const tree = mkdtempSync(join(tmpdir(), 'servpack-lint-'));
  try {
    for (const config of ['.oxlintrc.json', 'tsconfig.json']) {
      copyFileSync(join(root, config), join(tree, config));
    }
    symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'), 'junction');
    for (const [path, source] of Object.entries(files)) plant(join(tree, path), source);
    return lint(tree);
  } finally {
    rmSync(tree, { recursive: true });
  }
}

function plant(path: string, source: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${source}\n`);
}

function lint(tree: string): readonly Complaint[] {
  const cli = join(root, 'node_modules/oxlint/bin/oxlint');
  const run = spawnSync(process.execPath, [cli, '--format', 'json'], { cwd: tree, encoding: 'utf8' });
  if (!run.stdout.trimStart().startsWith('{'))
    throw new Error(`oxlint gave no JSON: ${run.stdout}${run.stderr}`);
  const report = JSON.parse(run.stdout) as { diagnostics: readonly RawComplaint[] };
  return report.diagnostics.map(({ filename, code, message, help }) => ({
    file: filename.replaceAll('\\', '/'),
    rule: code,
    text: `${message} ${help ?? ''}`,
  }));
}

interface RawComplaint {
  readonly filename: string;
  readonly code: string;
  readonly message: string;
  readonly help?: string;
}
