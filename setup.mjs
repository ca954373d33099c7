// Makes a fresh clone runnable: installs the locked dependencies, the project's own Node 26 among
// them, when the lock changed, and builds the page when its files changed. Plain JavaScript,
// because any Node from 20 on starts it.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const stamp = join(root, 'node_modules', '.servpack-setup');

/** Lock file and platform: a folder copied to another kind of machine is installed again. */
function wanted() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  return createHash('sha256').update(lock).update(`${process.platform}-${process.arch}`).digest('hex');
}

function installed() {
  return existsSync(stamp) ? readFileSync(stamp, 'utf8') : undefined;
}

/** Inside a package script npm says which npm and which Node run it; that pair is known to work. */
function npm(args, options) {
  const { npm_execpath: cli, npm_node_execpath: node = process.execPath } = process.env;
  // Without the machine's settings for a production install: tests and checks need every
  // dependency.
  const common = { cwd: root, env: { ...process.env, NODE_ENV: '' }, ...options };
  return cli?.endsWith('.js')
    ? spawnSync(node, [cli, ...args], common)
    : spawnSync('npm', args, { shell: process.platform === 'win32', ...common });
}

/**
 * `npm install --no-save`, not `npm ci`: both follow the lock file and leave it alone, but `ci`
 * refuses when the registry in use does not carry a binary that only other platforms need.
 */
function install() {
  // No package may run a script of its own: none needs one. The packages with a Node hold the
  // binary itself; ssh2 with its cpu-features, and msgpackr, would build an optional faster part.
  const flags = [
    '--ignore-scripts',
    '--no-save',
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
  ];
  const stdio = ['ignore', 'inherit', 'inherit'];
  return npm(['install', ...flags, '--loglevel=error'], { stdio }).status === 0;
}

const want = wanted();
if (installed() !== want) {
  console.log('servpack: installing the locked dependencies with a Node of their own into node_modules');
  console.log('servpack: once, some 430 MB; half a minute on a fast line, and npm shows nothing meanwhile');
  const begun = Date.now();
  if (!install()) {
    console.error('servpack: the dependencies could not be installed: see the npm messages above');
    process.exit(1);
  }
  writeFileSync(stamp, want);
  console.log(`servpack: installed in ${Math.round((Date.now() - begun) / 1000)} s`);
}

/**
 * Without the page everything else works, and the orchestrator says how to build it: a bundler that
 * has no binary for this machine must not keep the tests from running.
 */
spawnSync(join('node_modules', '.bin', 'node'), [join('orchestrator', 'web', 'build.ts')], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
  shell: process.platform === 'win32',
});
