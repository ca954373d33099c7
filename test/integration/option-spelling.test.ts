import type { Command, Option } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildProgram } from '../../orchestrator/cli/program.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { type SmallOrchestrator, startRunning } from '../fixtures/small-orchestrator.ts';

let orchestrator: SmallOrchestrator;
beforeAll(async () => void (orchestrator = await startRunning()));
afterAll(async () => orchestrator[Symbol.asyncDispose]());

const every = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(every)];

const shown: readonly Option[] = every(buildProgram()).flatMap(({ options }) =>
  options.filter(({ hidden }) => !hidden),
);

describe('an option', () => {
  test('takes the same form of value in every command', () => {
    const forms = Map.groupBy(shown, (option) => option.long ?? '');
    const different = [...forms].map(([, same]) => [...new Set(same.map(({ flags }) => flags))]);
    expect(different.filter((flags) => flags.length > 1)).toEqual([]);
  });

  test('has no second name for what another one says already', () => {
    const second = ['--logon-server', '--entries', '--count', '--because', '--force', '--why', '--format'];
    expect(shown.filter(({ long }) => second.includes(long ?? '')).map(({ flags }) => flags)).toEqual([]);
  });

  test.each([
    ['fleet list --logon-server LS-MIL', 'fleet list --server LS-MIL'],
    ['client show pc-1 --entries 1', 'client show pc-1 --limit 1'],
    ['client show pc-1 --entries=1', 'client show pc-1 --limit=1'],
  ])('goes on working in its earlier spelling: %s', async (before, now) => {
    const [former, present] = [before, now].map((command) => runHosted(orchestrator, command.split(' ')));
    expect(await former).toEqual(await present);
    expect((await present)?.code).toBe(0);
  });

  test('for a time takes a duration, and minutes as before', async () => {
    for (const within of ['90', '90m', '2h']) {
      const run = await runHosted(orchestrator, ['look', 'pc-1', '--detach', '--within', within]);
      expect([run.code, run.stderr]).toEqual([0, '']);
    }
    const refused = await runHosted(orchestrator, ['look', 'pc-1', '--within', '8d']);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('such as 30m or 4h')]);
  });
});
