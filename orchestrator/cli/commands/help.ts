import type { Command } from 'commander';
import { stripVTControlCharacters } from 'node:util';
import { type GlobalOptions, print, printJson } from '../client/session.ts';
import { glossary, glossaryLines } from '../render/glossary.ts';
import { viewOf } from '../render/view.ts';

/** `servpack help`: the usage of a command, or the words of the screen. */
export function addHelpCommand(program: Command): void {
  program
    .helpCommand(false)
    .command('help [topic...]')
    .description('show how a command is used; "help words" says what each word on the screen means')
    .addHelpText('after', '\nExamples:\n  servpack help words\n  servpack help campaign watch')
    .action((topic: readonly string[], _options: unknown, command: Command) => {
      const isJson = command.optsWithGlobals<GlobalOptions>().json === true;
      if (topic.length === 1 && topic[0] === 'words') {
        if (isJson) return printJson({ words: glossary.map(([word, means]) => ({ word, means })) });
        return print(glossaryLines(viewOf(process.stdout)));
      }
      let found = program;
      for (const name of topic) {
        const next = found.commands.find((each) => each.name() === name);
        if (next === undefined)
          found.error(`error: there is no help on '${topic.join(' ')}'`, {
            code: 'commander.unknownCommand',
          });
        else found = next;
      }
      if (!isJson) return found.outputHelp();
      printJson({ usage: stripVTControlCharacters(helpOf(found)) });
    });
}

/** `servpack man` prints the manual page; hidden, because the page lies in docs/man. */
export function addManCommand(program: Command): void {
  program
    .command('man', { hidden: true })
    .description('print the manual page of all commands, for man')
    .addHelpText('after', '\nExample:\n  servpack man > servpack.1')
    .action(async (_options: unknown, command: Command) => {
      const { manPage } = await import('../render/man-page.ts');
      const page = manPage(program);
      if (command.optsWithGlobals<GlobalOptions>().json === true) printJson({ page });
      else process.stdout.write(page);
    });
}

/** The whole help of a command, with the texts that are added after it. */
export function helpOf(command: Command): string {
  let text = '';
  const before = { ...command.configureOutput() };
  command.configureOutput({ writeOut: (part) => void (text += part) });
  command.outputHelp();
  command.configureOutput(before);
  return text;
}
