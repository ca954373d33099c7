import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { exitCodes } from '../../orchestrator/cli/exit-codes.ts';
import { buildProgram } from '../../orchestrator/cli/program.ts';

const everyCommand = (command: Command): readonly Command[] => [
  command,
  ...command.commands.flatMap(everyCommand),
];

/** The printed `--help`, with the texts that are added after it. */
function helpOf(command: Command): string {
  let help = '';
  command.configureOutput({ writeOut: (text) => void (help += text) });
  command.outputHelp();
  return help;
}

const nameOf = (command: Command): string =>
  command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;

describe('--help', () => {
  test.each(everyCommand(buildProgram()).map((command) => [nameOf(command), command] as const))(
    'of %s has a description and an example',
    (name, command) => {
      const help = helpOf(command);
      expect(command.description()).not.toBe('');
      expect(help).toMatch(/\nExamples?:\n {2}/);
      expect(help.slice(help.indexOf('\nExample'))).toContain(name.split(' ').slice(0, 2).join(' '));
    },
  );

  test.each(everyCommand(buildProgram()).map((command) => [nameOf(command), command] as const))(
    'of %s says the default of an option once, and in words',
    (_name, command) => {
      const help = helpOf(command).replaceAll(/\s+/g, ' ');
      expect(help).not.toContain('(default: [])');
      expect(help).not.toMatch(/\(default: [^)]*\) \(default: /);
    },
  );

  test('no option for a reason has a refusal of its own', () => {
    const own = everyCommand(buildProgram()).filter((command) =>
      command.options.some(({ long, mandatory }) => long === '--reason' && mandatory),
    );
    expect(own.map(nameOf)).toEqual([]);
  });

  test('lists every exit code', () => {
    const help = helpOf(buildProgram());
    for (const { code, means } of Object.values(exitCodes)) expect(help).toContain(`  ${code}  ${means}`);
  });
});
