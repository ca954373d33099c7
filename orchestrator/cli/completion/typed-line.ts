import type { Argument, Command, Option } from 'commander';

/** An option that stands on a command line, with its last value. */
interface GivenOption {
  readonly option: Option;
  readonly value: string | null;
}

/** A command line up to the word that is being typed. */
export interface TypedLine {
  /** The command that the words before name; the program itself where they name none. */
  readonly command: Command;
  /** The arguments of that command that stand before. */
  readonly args: readonly string[];
  readonly given: readonly GivenOption[];
  /** The option whose value is being typed. */
  readonly awaits: Option | null;
  /** `--state=` where the value stands in the word of its option; else empty. */
  readonly head: string;
  /** What is typed of the word, without `head`. */
  readonly typed: string;
  /** After `--` nothing is an option. */
  readonly isAfterDashes: boolean;
}

/** Reads the words after `servpack`, of which the last one is being typed and may be empty. */
export function readTypedLine(program: Command, words: readonly string[]): TypedLine {
  let command = program;
  let awaits: Option | null = null;
  let isAfterDashes = false;
  const args: string[] = [];
  const given: GivenOption[] = [];
  for (const word of words.slice(0, -1)) {
    if (awaits !== null && isValueOf(awaits, word, given.at(-1)?.value ?? null)) {
      given.push({ option: awaits, value: word });
      if (!awaits.variadic) awaits = null;
    } else if (!isAfterDashes && word === '--') {
      [isAfterDashes, awaits] = [true, null];
    } else if (!isAfterDashes && word.startsWith('-')) {
      const [flag = '', ...value] = word.split('=');
      const option = optionNamed(command, flag);
      if (option !== null) given.push({ option, value: value.length > 0 ? value.join('=') : null });
      awaits = option !== null && takesValue(option) && value.length === 0 ? option : null;
    } else {
      awaits = null;
      const child = args.length === 0 ? commandNamed(command, word) : null;
      if (child === null) args.push(word);
      else command = child;
    }
  }
  const line = { command, args, given, isAfterDashes };
  const typed = words.at(-1) ?? '';
  if (awaits !== null && isValueOf(awaits, typed, given.at(-1)?.value ?? null))
    return { ...line, awaits, head: '', typed };
  const [, head = '', flag = '', value = ''] = isAfterDashes
    ? []
    : (/^((--[^=]+)=)(.*)$/su.exec(typed) ?? []);
  const option = optionNamed(command, flag);
  return option !== null && takesValue(option)
    ? { ...line, awaits: option, head, typed: value }
    : { ...line, awaits: null, head: '', typed };
}

/** A value that an option needs may begin with a dash; a further or an optional value may not. */
const isValueOf = (option: Option, word: string, before: string | null): boolean =>
  (option.required && before === null) || !word.startsWith('-');

const takesValue = ({ required, optional }: Option): boolean => required || optional;

/** The option of the command or of the program: options of the program stand anywhere. */
function optionNamed(command: Command, flag: string): Option | null {
  if (flag === '') return null;
  const found = command.options.find(({ long, short }) => flag === long || flag === short);
  return found ?? (command.parent === null ? null : optionNamed(command.parent, flag));
}

const commandNamed = (command: Command, word: string): Command | null =>
  command.commands.find((each) => each.name() === word || each.aliases().includes(word)) ?? null;

/** The argument of the command that is being typed; null = the command takes no more. */
export function argumentAt({ command, args }: TypedLine): Argument | null {
  const all = command.registeredArguments;
  const last = all.at(-1);
  return all[args.length] ?? (last?.variadic === true ? last : null);
}

/** The last value of an option, by its name as an action receives it. */
export const valueOf = ({ given }: TypedLine, attribute: string): string | undefined =>
  given.findLast(({ option }) => option.attributeName() === attribute)?.value ?? undefined;
