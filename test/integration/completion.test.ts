import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Command, Option } from 'commander';
import { type Offer, offerFor } from '../../orchestrator/cli/completion/offer.ts';
import { readTypedLine } from '../../orchestrator/cli/completion/typed-line.ts';
import { buildProgram } from '../../orchestrator/cli/program.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { runCliAt } from '../fixtures/run-cli.ts';
import { completeInBash, hasProgram, inShell } from '../fixtures/shell-completion.ts';
import { type SmallOrchestrator, startRunning } from '../fixtures/small-orchestrator.ts';

let orchestrator: SmallOrchestrator;

beforeAll(async () => void (orchestrator = await startRunning()));
afterAll(async () => orchestrator[Symbol.asyncDispose]());

/** What is offered at the end of a line; names are made up of what was asked for. */
const offered = async (line: string): Promise<Offer> =>
  offerFor(readTypedLine(buildProgram(), line.split(' ')), async (kind) => [{ word: `a-${kind}`, says: '' }]);

const wordsAt = async (line: string): Promise<readonly string[]> =>
  (await offered(line)).words.map(({ word }) => word);

const hidden = ['complete', 'man'];

const allCommands = (command: Command): readonly Command[] => [
  command,
  ...command.commands.flatMap(allCommands),
];

const lineTo = (command: Command): string =>
  command.parent === null ? '' : `${lineTo(command.parent)}${command.name()} `;

describe('a completion', () => {
  const visible = allCommands(buildProgram()).filter((each) => !hidden.includes(each.name()));

  test.each(visible.map((command) => [lineTo(command), command] as const))(
    'of "%s" offers each command and each option of the help, and nothing hidden',
    async (line, command) => {
      const help = command.createHelp();
      expect(await wordsAt(`${line}-`)).toEqual(
        [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)].map(({ long }) => long),
      );
      const names = command.commands.map((each) => each.name()).filter((name) => !hidden.includes(name));
      const offer = names.length > 0 ? await wordsAt(line) : [];
      expect(offer).toEqual(names);
    },
  );

  const choices = visible.flatMap((command) =>
    command.options
      .filter(({ argChoices }) => argChoices !== undefined)
      .map((option) => [`${lineTo(command)}${option.long} `, option] as const),
  );

  test.each(choices)('of "%s" offers values that the option takes', async (line, option: Option) => {
    const values = await wordsAt(line);
    expect(values).toHaveLength(option.argChoices?.length ?? 0);
    for (const value of values) expect(() => option.parseArg?.(value, undefined)).not.toThrow();
  });

  test('knows the options with a closed set of values', () => {
    expect(choices.map(([line]) => line.trim())).toEqual([
      'look --verdict',
      'survey follow --verdict',
      'campaign clients --state',
    ]);
  });

  test.each([
    ['camp', ['campaign']],
    ['campaign re', ['resume', 'release', 'retract', 'reject', 'revert', 'report', 'replay', 'retry']],
    ['campaign pause ', ['a-campaign']],
    ['campaign pause --reason a\u00A0b ', ['a-campaign']],
    ['campaign pause --json --url http://x ', ['a-campaign']],
    ['--context milan campaign pause ', ['a-campaign']],
    ['campaign hold sp4 --server ', ['a-server']],
    ['campaign hold sp4 --server LS --server=', ['--server=a-server']],
    ['campaign clients sp4 --wave ', ['a-wave']],
    ['campaign clients sp4 --state=n', ['--state=needs-attention', '--state=not-ok']],
    ['campaign unhold ', ['a-campaign']],
    ['blockers --campaign ', ['a-campaign']],
    ['audit export --client ', ['a-client']],
    ['fleet list --label ', ['a-label']],
    ['look --fleet --label ', ['a-label']],
    ['look a-machine ', []],
    ['fleet remove pc-1 pc-2 ', ['a-client']],
    ['release withdraw ', ['a-release']],
    ['look --release ', ['a-release']],
    ['look --product ', ['a-product']],
    ['survey show ', ['a-survey']],
    ['context use ', ['a-context']],
    ['--context ', ['a-context']],
    ['completion ', ['bash', 'zsh', 'fish']],
    ['help campaign sta', ['start', 'status']],
    ['help wor', ['worker', 'words']],
    ['campaign nonsense ', []],
    ['campaign pause -- -', []],
  ])('of "%s" offers %j', async (line, words) => {
    expect(await wordsAt(line)).toEqual(words);
  });

  test.each([
    ['fleet import ', 'files'],
    ['campaign plan ', 'files'],
    ['--token-file=', 'files'],
    ['look --fleet ', 'files'],
    ['rebuild --from a b ', 'files'],
    ['up --data ', 'folders'],
  ])('of "%s" offers names of %s', async (line, takes) => {
    expect(await offered(line)).toEqual({ takes, words: [] });
  });

  test('offers the options where a command takes no more arguments, and no flag twice', async () => {
    const words = await wordsAt('campaign abort sp4 --yes ');
    expect(words).toContain('--reason');
    expect(words).not.toContain('--yes');
  });

  test('offers at most 100 names, and none that a shell would take for more than a name', async () => {
    const line = readTypedLine(buildProgram(), ['client', 'why', '']);
    const evil = ['$(id)', 'a b', 'a;b', '`id`', "a'b", 'a\tb', 'a\u001b[31m', '~', '*', 'pc-1'];
    const found = [...evil, ...Array.from({ length: 500 }, (_, at) => `pc-${at + 10}`)];
    const { words } = await offerFor(line, async () =>
      found.map((word) => ({ word, says: 'x\u001b[31m\ty' })),
    );
    expect(words).toHaveLength(100);
    expect(words[0]).toEqual({ word: 'pc-1', says: 'x [31m y' });
  });
});

/** What the hidden command prints, without what the words mean. */
async function asked(words: readonly string[], env = {}): Promise<readonly string[]> {
  const { code, stdout, stderr } = await runHosted(orchestrator, ['complete', '--', ...words], { env });
  expect([code, stderr]).toEqual([0, '']);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t')[0] ?? '');
}

describe('servpack complete', () => {
  test.each([
    [['campaign', 'pause', ''], ['sp4']],
    [['client', 'why', 'PC-1'], ['pc-1']],
    [['look', 'srv'], ['srv-1']],
    [
      ['campaign', 'hold', 'sp4', '--server', ''],
      ['LS-MIL', 'LS-ROM'],
    ],
    [
      ['campaign', 'clients', 'sp4', '--wave', ''],
      ['canary', 'rest'],
    ],
    [
      ['fleet', 'list', '--label', ''],
      ['office', 'shop'],
    ],
    [['release', 'servers', ''], ['sms-sp4']],
    [['look', '--product', 's'], ['sms-1.2']],
    [['campaign', 'report', '--archived', ''], []],
    [['survey', 'show', ''], []],
  ])('asks the orchestrator for the names of %j', async (words, names) => {
    await expect.poll(() => asked(words)).toEqual(['words', ...names]);
  });

  test('knows the contexts of the person, and none for a new one', async () => {
    const env = { XDG_CONFIG_HOME: `${orchestrator.folder}/config` };
    await runCliAt(orchestrator, ['context', 'add', 'milan', '--data', orchestrator.folder], { env });
    expect(await asked(['context', 'use', ''], env)).toEqual(['words', 'milan']);
    expect(await asked(['fleet', 'list', '--context', ''], env)).toEqual(['words', 'milan']);
    expect(await asked(['context', 'add', ''], env)).toEqual(['words']);
  });

  test('reaches the orchestrator that the line names', async () => {
    const { url, folder } = orchestrator;
    const words = ['--url', url, '--data', folder, 'campaign', 'pause', ''];
    expect((await runHosted(null, ['complete', '--', ...words])).stdout).toMatch(
      /^words\nsp4\tis running\n$/,
    );
  });

  test('is silent where no orchestrator answers, a token is wrong, or a setting is unusable', async () => {
    const words = ['campaign', 'pause', ''];
    const file = orchestrator.write('broken.yaml', 'current: [');
    for (const env of [
      { SERVPACK_URL: 'http://127.0.0.1:1' },
      { SERVPACK_URL: 'nonsense' },
      { SERVPACK_TOKEN: 'wrong' },
      { SERVPACK_CONTEXT: 'none' },
      { SERVPACK_CA: file },
      { SERVPACK_DATA: file },
    ])
      expect(await asked(words, env)).toEqual(['words']);
  });

  test('gives up on an orchestrator that takes too long', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const words = ['campaign', 'pause', ''];
    expect(await asked(words, { SERVPACK_URL: `http://127.0.0.1:${port}` })).toEqual(['words']);
    silent.close();
  });
});

describe.runIf(hasProgram('bash'))('bash', () => {
  test.each([
    ['servpack camp', ['campaign']],
    ['servpack campaign pause ', ['sp4']],
    ['servpack campaign pause --reason "the phones ring" ', ['sp4']],
    ['servpack campaign clients sp4 --state n', ['needs-attention', 'not-ok']],
    ['servpack campaign clients sp4 --state=n', ['needs-attention', 'not-ok']],
    ['servpack campaign clients sp4 --state=', expect.arrayContaining(['waiting', 'upgraded'])],
    ['servpack client why pc-', Array.from({ length: 9 }, (_, at) => `pc-${at}`)],
    ['servpack campaign hold sp4 --server=LS-R', ['LS-ROM']],
    ['servpack --url http://127.0.0.1:1 campaign pause ', []],
    ['servpack help campaign wat', ['watch']],
  ])('completes `%s`', async (line, words) => {
    // On a busy machine the names come too late for one press of Tab: a person presses again.
    const pressed = async () => {
      const { asked: option, replies } = await completeInBash(line, orchestrator);
      return [option, replies.filter((word) => word !== '')];
    };
    await expect.poll(pressed).toEqual(['', words]);
  });

  test('completes names of files and folders itself', async () => {
    expect((await completeInBash('servpack fleet import ', orchestrator)).asked).toBe('-o default');
    expect((await completeInBash('servpack up --data=', orchestrator)).asked).toBe('-o dirnames');
  });
});

describe.runIf(hasProgram('zsh'))('zsh', () => {
  test('takes the script, sourced and as a file of fpath', async () => {
    const say =
      'autoload -U compinit; compinit -u -D; source <(servpack completion zsh); print $_comps[servpack]';
    expect(await inShell(['zsh', '-f', '-c', say], orchestrator)).toBe('_servpack\n');
    const file =
      'mkdir f; servpack completion zsh > f/_servpack; fpath=($PWD/f $fpath); autoload -U compinit; compinit -u -D; print $_comps[servpack]';
    expect(await inShell(['zsh', '-f', '-c', file], orchestrator)).toBe('_servpack\n');
  });
});

describe.runIf(hasProgram('fish'))('fish', () => {
  const inFish = async (line: string): Promise<readonly string[]> =>
    (
      await inShell(
        ['fish', '--no-config', '-c', `servpack completion fish | source; complete -C '${line}'`],
        orchestrator,
      )
    )
      .trimEnd()
      .split('\n');

  test.each([
    ['servpack camp', ['campaign\tplan, run and follow campaigns']],
    ['servpack campaign pause --reason "a b" ', ['sp4\tis running']],
    ['servpack campaign clients sp4 --state=n', ['--state=needs-attention', '--state=not-ok']],
    ['servpack release stage rel', ['release.yaml']],
    ['servpack up --data=bi', ['--data=bin/']],
  ])('completes `%s`', async (line, words) => {
    const pressed = async () => (await inFish(line)).map((reply) => reply.replace(/\tDirectory$/, ''));
    await expect.poll(pressed).toEqual(words);
  });
});
