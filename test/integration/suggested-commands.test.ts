import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { buildProgram } from '../../orchestrator/cli/program.ts';
import { harmless } from '../../orchestrator/cli/suggest.ts';

/** Commands that start, stop or change something, or that have no use for a person. */
const changing = [
  'campaign abort',
  'campaign approve',
  'campaign archive',
  'campaign checkin',
  'campaign clone',
  'campaign create',
  'campaign delete',
  'campaign edit',
  'campaign hold',
  'campaign hook',
  'campaign pause',
  'campaign postpone',
  'campaign reject',
  'campaign release',
  'campaign resume',
  'campaign retract',
  'campaign retry',
  'campaign revert',
  'campaign rollback',
  'campaign start',
  'campaign undo',
  'campaign unmark',
  'campaign unschedule',
  'certify',
  'client checkin',
  'client retry',
  'client skip',
  'client undo',
  'complete',
  'context add',
  'context remove',
  'context use',
  'fleet import',
  'fleet remove',
  'fleet revoke-tokens',
  'halt',
  'notify redeliver',
  'notify test',
  'open',
  'orchestrator',
  'rebuild',
  'release stage',
  'release withdraw',
  'schedule create',
  'schedule delete',
  'schedule pause',
  'schedule resume',
  'schedule run',
  'server limit clear',
  'server limit set',
  'session end',
  'survey cancel',
  'token create',
  'token revoke',
  'unhalt',
  'up',
  'worker',
];

/** What is written for a command line that names no command. */
async function saidFor(line: string): Promise<string> {
  const program = buildProgram();
  let text = '';
  const listen = (command: Command): void => {
    command.configureOutput({ writeErr: (part) => (text += part) }).exitOverride();
    for (const child of command.commands) listen(child);
  };
  listen(program);
  await program.parseAsync(line.split(' '), { from: 'user' }).catch(() => undefined);
  return text;
}

describe('an unknown command', () => {
  test.each([
    ['campaign stat', 'status'],
    ['campaign wacth', 'watch'],
    ['client wh', 'why'],
    ['campain', 'campaign'],
    ['fleet lst', 'list'],
    ['relase', 'release'],
  ])('%s is answered with the near one', async (line, near) => {
    const text = await saidFor(line);
    expect(text).toContain(`error: unknown command '${line.split(' ').at(-1)}'\n(Did you mean ${near}?)`);
  });

  test.each([
    ['status', 'Did you mean campaign status?'],
    ['why', 'Did you mean client why?'],
    ['report', 'Did you mean campaign report?'],
    ['pause', 'pause is a command of a group: see servpack campaign --help, servpack schedule --help'],
    ['abort', 'abort is a command of a group: see servpack campaign --help'],
  ])('%s alone is answered with the group that has it', async (line, hint) => {
    expect(await saidFor(line)).toContain(`error: unknown command '${line}'\n(${hint})`);
  });

  test.each(['server list', 'fleet shwo', 'evidence list'])(
    '%s is like no command of its group',
    async (line) => {
      const name = line.split(' ').at(-1);
      expect(await saidFor(line)).toBe(`error: unknown command '${name}'\n(--help shows the usage)\n`);
    },
  );

  test.each([
    'campaign abrot',
    'campaign strat',
    'campaign star',
    'campaign resum',
    'campaign pasue',
    'campaign hodl',
    'campaign relaese',
    'campaign unhodl',
    'campaign unmrk',
    'campaign retri',
    'client skp',
    'client und',
    'release withdrw',
    'fleet remov',
    'hlat',
    'rebild',
  ])('%s is answered with no command that changes anything', async (line) => {
    const text = await saidFor(line);
    expect(text).toContain('unknown command');
    expect(text).not.toMatch(
      /abort|start|resume|pause|\bhold|\brelease\?|unhold\?|unmark|retry|skip|undo|withdraw|halt|rebuild|remove/,
    );
  });
});

/** `campaign`, `campaign plan`, … without a space in front. */
const namesBelow = (group: Command, path = ''): readonly string[] =>
  group.commands.flatMap((each) => [`${path}${each.name()}`, ...namesBelow(each, `${path}${each.name()} `)]);

test('every command is known as one that may be suggested, or as one that changes something', () => {
  const names = namesBelow(buildProgram());
  expect([...harmless].filter((each) => !names.includes(each))).toEqual([]);
  expect(names.filter((each) => !harmless.has(each)).toSorted()).toEqual(changing);
});
