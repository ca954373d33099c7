import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { shares } from './cases.ts';

/** `npm run test:fuzz`: the tests of this folder with as many cases as are asked for. */
const help = `npm run test:fuzz -- [--cases N] [--seed S] [--only SHARE [--path P]]
  --cases  hostile inputs in all (default 100000)
  --seed   whole number; the same one gives the same inputs (default: another one every time)
  --only   one of ${Object.keys(shares).join(', ')}
  --path   the case that a failure has named`;

const options = { cases: { type: 'string' }, seed: { type: 'string' }, only: { type: 'string' } } as const;

function read() {
  const { values } = parseArgs({ options: { ...options, path: { type: 'string' } } });
  const cases = values.cases ?? '100000';
  const seed = values.seed ?? String(Date.now() % 2 ** 31);
  const { only = '', path = '' } = values;
  const fits = [cases, seed].every((text) => /^\d{1,9}$/.test(text)) && /^[\d:]*$/.test(path);
  if (!fits || (only !== '' && !Object.hasOwn(shares, only))) throw new Error('wrong value');
  return { cases, seed, only, path };
}

function run({ cases, seed, only, path }: ReturnType<typeof read>): void {
  console.log(`${cases} cases, seed ${seed}`);
  const vitest = join(import.meta.dirname, '../../node_modules/vitest/vitest.mjs');
  const chosen = only === '' ? [] : ['-t', `^${only}:`];
  const env = {
    ...process.env,
    SERVPACK_FUZZ_CASES: cases,
    SERVPACK_FUZZ_SEED: seed,
    SERVPACK_FUZZ_PATH: path,
  };
  const args = [vitest, 'run', 'test/fuzz/', '--testTimeout', '1800000', ...chosen];
  const child = spawn(process.execPath, args, { stdio: 'inherit', env });
  child.once('exit', (code) => process.exit(code ?? 1));
}

try {
  run(read());
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${help}`);
  process.exitCode = 2;
}
