import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { reasonOf } from '../../shared/reason-of.ts';

/**
 * Builds the page into `dist`, unless what is there was made of the same files. Only files that got
 * into the page count: a new file matters once one of them imports it.
 */

const web = import.meta.dirname;
const root = join(web, '../..');
const dist = join(web, 'dist');
const stampName = 'stamp.json';

/** Which files made the page, from the root of the project, and the SHA-256 over all of them. */
interface Stamp {
  readonly files: readonly string[];
  readonly sha256: string;
}

/**
 * What the page depends on besides its own files: how it is built, the versions of the libraries,
 * and the styles, whose imports the bundler follows by itself.
 */
const always = (): readonly string[] => [
  'package-lock.json',
  ...['build.ts', 'icon.svg', 'index.html'].map((file) => `orchestrator/web/${file}`),
  ...readdirSync(join(web, 'style')).map((file) => `orchestrator/web/style/${file}`),
  'orchestrator/charts/charts.css',
];

function hashOf(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) {
    const path = join(root, file);
    hash.update(`${file}\0`).update(existsSync(path) ? readFileSync(path) : 'gone');
  }
  return hash.digest('hex');
}

/** Whether the page in `dist` was made of the files that are there now. */
export function isCurrent(): boolean {
  if (!existsSync(join(dist, stampName))) return false;
  try {
    const { files, sha256 } = JSON.parse(readFileSync(join(dist, stampName), 'utf8')) as Stamp;
    return hashOf(files) === sha256;
  } catch {
    return false;
  }
}

/**
 * Builds the page into a folder, which is emptied first, and notes there what it was made of.
 * @throws what the bundler refuses
 */
export async function buildPage(folder: string): Promise<void> {
  // Only a build loads the bundler. It would take what libraries have for developers otherwise.
  const { NODE_ENV: before } = process.env;
  process.env['NODE_ENV'] = 'production';
  const { build: bundle } = await import('vite');
  const used = new Set(always());
  const note = (path: string): null => {
    const file = relative(root, path.split('?')[0] ?? '').replaceAll('\\', '/');
    if (/^(?:orchestrator|shared)\//.test(file)) used.add(file);
    return null;
  };
  await bundle({
    root: web,
    configFile: false,
    envDir: false,
    logLevel: 'error',
    // Relative: the page works below any path of a proxy.
    base: './',
    publicDir: false,
    mode: 'production',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    plugins: [{ name: 'note-inputs', load: note }],
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: 'es2023',
      modulePreload: false,
      assetsInlineLimit: 0,
      reportCompressedSize: false,
      // Reading a field or a global does nothing here.
      rolldownOptions: { treeshake: { propertyReadSideEffects: false, unknownGlobalSideEffects: false } },
    },
  });
  compress(join(folder, 'assets'));
  if (before === undefined) delete process.env['NODE_ENV'];
  else process.env['NODE_ENV'] = before;
  const files = [...used].toSorted();
  const stamp: Stamp = { files, sha256: hashOf(files) };
  writeFileSync(join(folder, stampName), JSON.stringify(stamp));
}

/**
 * Puts a compressed copy beside each script and style: browsers are sent that one. With smaller
 * tables (level 7 of 9) zlib begins new blocks more often, which suits these texts.
 */
function compress(assets: string): void {
  for (const file of readdirSync(assets).filter((name) => /\.(?:js|css)$/.test(name)))
    writeFileSync(
      join(assets, `${file}.gz`),
      gzipSync(readFileSync(join(assets, file)), { level: 9, memLevel: 7 }),
    );
}

/** Replaces the page whole: a build that breaks off leaves the page as it was. */
async function replacePage(): Promise<void> {
  const draft = join(web, `.dist-${process.pid}`);
  try {
    await buildPage(draft);
    rmSync(dist, { recursive: true, force: true });
    renameSync(draft, dist);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

if (import.meta.main && !isCurrent()) {
  const begun = performance.now();
  try {
    await replacePage();
    console.log(`servpack: the page is built in ${((performance.now() - begun) / 1_000).toFixed(1)} s`);
  } catch (error) {
    console.error(`servpack: the page cannot be built: ${reasonOf(error)}`);
    process.exitCode = 1;
  }
}
