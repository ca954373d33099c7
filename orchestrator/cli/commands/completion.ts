import { Argument, type Command } from 'commander';
import { type GlobalOptions, printJson } from '../client/session.ts';

/** How a shell has the script read at each start, for the help. */
const lines = [
  '  eval "$(servpack completion bash)"     in ~/.bashrc',
  '  source <(servpack completion zsh)      in ~/.zshrc, after compinit',
  '  servpack completion fish | source      in ~/.config/fish/config.fish',
].join('\n');

/** `servpack completion` prints a script for a shell; the script asks `servpack complete`. */
export function addCompletionCommands(program: Command): void {
  program
    .command('completion')
    .description('print a script with which a shell completes commands, options, and names of the fleet')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', `\nFor every new shell:\n${lines}\n\nExample:\n  servpack completion bash`)
    .action(async (shell: 'bash' | 'zsh' | 'fish', _options: unknown, command: Command) => {
      const { scriptFor } = await import('../completion/script.ts');
      const script = scriptFor(shell);
      if (command.optsWithGlobals<GlobalOptions>().json === true) printJson({ shell, script });
      else process.stdout.write(script);
    });

  // Hidden: only the scripts ask it, with the words after `servpack` up to the cursor.
  program
    .command('complete [word...]', { hidden: true })
    .description('print what may stand where the last word is being typed; for the script of a shell')
    .addHelpText('after', '\nExample:\n  servpack complete -- campaign st')
    .action(async (words: readonly string[], _options: unknown, command: Command) => {
      const { printOffer } = await import('../completion/complete.ts');
      await printOffer(program, words, command.optsWithGlobals<GlobalOptions>().json === true);
    });
}
