import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { buildProgram } from '../../orchestrator/cli/program.ts';
import { manPage } from '../../orchestrator/cli/render/man-page.ts';
import { hasProgram } from '../fixtures/shell-completion.ts';

const file = join(import.meta.dirname, '../../docs/man/servpack.1');
const page = manPage(buildProgram());

/** Not the stand-in of small images, which shows nothing. */
const hasManDb = /^man \d/.test(spawnSync('man', ['--version'], { encoding: 'utf8' }).stdout ?? '');

const leaves = (command: Command): readonly Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);

describe('the manual page', () => {
  test('in docs/man is the one of these commands; else run: ./servpack man > docs/man/servpack.1', () => {
    expect(readFileSync(file, 'utf8')).toBe(page);
  });

  test('has every command with every option that the help shows, and nothing hidden', () => {
    const hidden = ['complete', 'man'];
    const shown = leaves(buildProgram()).filter((command) => !hidden.includes(command.name()));
    expect(page.match(/^\.SS /gm)).toHaveLength(shown.length);
    for (const command of shown)
      for (const { flags, hidden: isHidden } of command.options)
        expect(page.includes(`.B ${flags.replaceAll('-', '\\-')}\n`)).toBe(!isHidden);
  });

  test.runIf(hasProgram('mandoc'))('is flawless to mandoc', () => {
    expect(spawnSync('mandoc', ['-T', 'lint', file], { encoding: 'utf8' }).stdout).toBe('');
  });

  test.runIf(hasProgram('groff'))('is flawless to groff', () => {
    const { status, stderr } = spawnSync('groff', ['-man', '-ww', '-z', file], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });

  test.runIf(hasManDb)('is shown by man without warnings', () => {
    const env = { PATH: process.env['PATH'] ?? '', MANWIDTH: '80', LC_ALL: 'C.UTF-8' };
    const shown = spawnSync('man', ['--warnings', '-l', file], { encoding: 'utf8', env });
    expect([shown.status, shown.stderr]).toEqual([0, '']);
    expect(shown.stdout).toMatch(/^EXIT STATUS$/m);
    expect(shown.stdout).toContain('servpack campaign clients [options] <campaign>');
  });
});
