import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Command } from 'commander';
import fc from 'fast-check';
import { afterAll, beforeAll, test } from 'vitest';
import { exitCodes } from '../../orchestrator/cli/exit-codes.ts';
import { buildProgram } from '../../orchestrator/cli/program.ts';
import {
  campaignYaml,
  fleetCsv,
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';
import { assertAllAsync } from './cases.ts';
import type { CommandLineRun } from './command-line-host.ts';
import { anyText, mutated, nasty } from './texts.ts';
import { patienceMs } from '../environment/patience.ts';

let orchestrator: SmallOrchestrator;
let host: ChildProcess;

beforeAll(async () => {
  orchestrator = await startSmallOrchestrator();
  orchestrator.write('f.csv', fleetCsv);
  orchestrator.write('c.yaml', campaignYaml('sp4'));
  const path = writeRelease(orchestrator);
  await orchestrator.ask('POST', '/v1/fleet', { file: 'f.csv', text: fleetCsv });
  await orchestrator.ask('POST', '/v1/releases', { path });
  await orchestrator.ask('POST', '/v1/campaigns', { file: 'c.yaml', text: campaignYaml('sp4') });
  const { PATH = '' } = process.env;
  const env = {
    PATH,
    NODE_NO_WARNINGS: '1',
    SERVPACK_URL: orchestrator.url,
    SERVPACK_DATA: orchestrator.folder,
  };
  host = fork(join(import.meta.dirname, 'command-line-host.ts'), {
    cwd: orchestrator.folder,
    env,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
});

afterAll(async () => {
  host.disconnect();
  await once(host, 'exit');
  await orchestrator[Symbol.asyncDispose]();
});

/** Every command that there is, with its words and options: a new one cannot be forgotten. */
interface Known {
  readonly words: readonly string[];
  readonly takes: number;
  readonly options: readonly { readonly flag: string; readonly hasValue: boolean }[];
}

function commandsOf(command: Command, words: readonly string[] = []): readonly Known[] {
  const options = command.options.map(({ long, required, optional }) => ({
    flag: long ?? '',
    hasValue: required || optional,
  }));
  const own = { words, takes: command.registeredArguments.length, options };
  return [own, ...command.commands.flatMap((child) => commandsOf(child, [...words, child.name()]))];
}

/**
 * These run until they are stopped, wait for an orchestrator that does not answer, or start a
 * process of their own.
 */
const staying = new Set(['up', 'orchestrator', 'worker', 'watch', 'look', 'follow', 'certify']);
const commands = commandsOf(buildProgram()).filter(({ words }) => !words.some((word) => staying.has(word)));

const value = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom(
      'sp4',
      'pc-1',
      'srv-1',
      'f.csv',
      'c.yaml',
      'release.yaml',
      '-',
      '.',
      '..',
      '5',
      'a b',
    ),
  },
  { weight: 3, arbitrary: fc.constantFrom(...nasty) },
  { weight: 1, arbitrary: mutated(['--reason=x', '--limit', '-j', '--json=1', '--', '--help']) },
  { weight: 1, arbitrary: anyText },
);

/**
 * Addresses at which no orchestrator answers, and texts that are no address; all on this machine.
 */
const url = fc.constantFrom(
  '',
  'x',
  'http://127.0.0.1:1',
  'ftp://127.0.0.1',
  'file:///etc',
  'http://[',
  'http://u:p@127.0.0.1:1/x',
);

const given = (known: Known): fc.Arbitrary<readonly string[]> =>
  fc
    .record({
      values: fc.array(value, { minLength: Math.max(0, known.takes - 1), maxLength: known.takes + 1 }),
      options: fc.array(
        fc.tuple(fc.constantFrom(...known.options, { flag: '--json', hasValue: false }), value),
        { maxLength: 3 },
      ),
      place: fc.option(url, { freq: 12 }),
    })
    .map(({ values, options, place }) => [
      ...known.words,
      ...values,
      ...options.flatMap(([{ flag, hasValue }, word]) =>
        hasValue && flag !== '--url' ? [flag, word] : [flag],
      ),
      ...(place === null ? [] : ['--url', place]),
    ]);

const anyArgs = fc.oneof(
  { weight: 8, arbitrary: fc.oneof(...commands.map(given)) },
  { weight: 1, arbitrary: fc.array(value, { maxLength: 4 }) },
);

async function run(args: readonly string[]): Promise<CommandLineRun> {
  const answered = once(host, 'message', { signal: AbortSignal.timeout(patienceMs) });
  host.send([...args]);
  const [done] = (await answered) as [CommandLineRun];
  return done;
}

const allowed: readonly number[] = Object.values(exitCodes).map(({ code }) => code);

test(
  'commandLine: any arguments end with a documented exit code and a sentence',
  { timeout: 600_000 },
  async () => {
    await assertAllAsync(
      'commandLine',
      fc.asyncProperty(anyArgs, async (args) => {
        const isStaying = args.some((word) => staying.has(word));
        const { code, said } = await run(isStaying ? ['--help'] : args);
        if (!allowed.includes(code)) throw new Error(`exit code ${code}: ${said}`);
        if (said.includes('this should not have happened') || /\n\s+at .+:\d+:\d+/.test(said))
          throw new Error(said);
        if (code !== exitCodes.ok.code && said.trim() === '')
          throw new Error(`exit code ${code} without a word`);
        if (said.includes(orchestrator.token)) throw new Error('the token was said');
      }),
    );
  },
);
