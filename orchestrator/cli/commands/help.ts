import type { Command } from 'commander';
import { print } from '../client/session.ts';
import { glossaryLines } from '../render/glossary.ts';
import { viewOf } from '../render/view.ts';

/** `servpack help`: the usage of a command, or the words of the screen. */
export function addHelpCommand(program: Command): void {
  program
    .helpCommand(false)
    .command('help [topic...]')
    .description('show how a command is used; "help words" says what each word on the screen means')
    .addHelpText('after', '\nExamples:\n  servpack help words\n  servpack help campaign watch')
    .action((topic: readonly string[]) => {
      if (topic.length === 1 && topic[0] === 'words') return print(glossaryLines(viewOf(process.stdout)));
      let found = program;
      for (const name of topic) {
        const next = found.commands.find((each) => each.name() === name);
        if (next === undefined)
          found.error(`error: there is no help on '${topic.join(' ')}'`, {
            code: 'commander.unknownCommand',
          });
        else found = next;
      }
      found.outputHelp();
    });
}
