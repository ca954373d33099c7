import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { buildProgram } from '../../orchestrator/cli/program.ts';

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
