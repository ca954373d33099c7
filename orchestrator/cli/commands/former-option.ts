import { type Command, Option } from 'commander';

/**
 * An earlier spelling of an option: it goes on working, and no help shows it.
 * @param flags such as `--logon-server <name>`
 * @param now the option's name today, as an action receives it: `server`
 */
export function alsoSpelled(
  command: Command,
  flags: string,
  now: string,
  read: (text: string) => unknown = (text) => text,
): Command {
  const former = new Option(flags).hideHelp();
  return command
    .addOption(former.argParser((text: string) => read(text)))
    .on(`option:${former.name()}`, () => {
      command.setOptionValue(now, command.getOptionValue(former.attributeName()));
      command.setOptionValue(former.attributeName(), undefined);
    });
}
