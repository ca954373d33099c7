import type { Command, Option } from 'commander';
import { argumentAt, type TypedLine } from './typed-line.ts';

/** A word that may stand where a person types, and what it means. */
export interface Word {
  readonly word: string;
  readonly says: string;
}

/** What may stand where a person types: some words, or the name of a file or a folder. */
export interface Offer {
  readonly takes: 'words' | 'files' | 'folders';
  readonly words: readonly Word[];
}

/** Finds the names of a kind, such as `campaign`; none for a kind that it does not know. */
export type FindNames = (kind: string, line: TypedLine) => Promise<readonly Word[]>;

/** The most names that a completion offers; a person who types a letter gets others. */
const wordsAtMost = 100;

/** Returns what may stand where a person types. Everything but names comes from the definition. */
export async function offerFor(line: TypedLine, findNames: FindNames): Promise<Offer> {
  const found = await everythingFor(line, findNames);
  const typed = line.typed.toLowerCase();
  // `fleet remove pc-1` is followed by other clients.
  const taken = line.awaits === null ? line.args : [];
  const words = found.words
    .filter(({ word }) => word.toLowerCase().startsWith(typed) && !taken.includes(word))
    .filter(({ word }) => isSafe(word))
    .slice(0, wordsAtMost)
    .map(({ word, says }) => ({ word: `${line.head}${word}`, says: oneLine(says) }));
  return { takes: found.takes, words };
}

async function everythingFor(line: TypedLine, findNames: FindNames): Promise<Offer> {
  const { command, awaits, args, typed, isAfterDashes } = line;
  if (awaits !== null) return offerForValue(kindOfOption(awaits), awaits.argChoices ?? null, line, findNames);
  if (typed.startsWith('-') && !isAfterDashes) return ofWords(optionsOf(line));
  if (command.commands.length > 0) return ofWords(args.length === 0 ? commandsOf(command) : []);
  const argument = argumentAt(line);
  if (argument === null) return ofWords(isAfterDashes ? [] : optionsOf(line));
  const kind = argument.name() === 'name' ? (command.parent?.name() ?? '') : argument.name();
  return offerForValue(kind, argument.argChoices ?? null, line, findNames);
}

/** Values that name something on this machine, by the word for the value in the help. */
const onThisMachine: Readonly<Record<string, Offer['takes']>> = {
  file: 'files',
  log: 'files',
  // `--hosts` takes a file, too.
  list: 'files',
  folder: 'folders',
};

async function offerForValue(
  kind: string,
  choices: readonly string[] | null,
  line: TypedLine,
  findNames: FindNames,
): Promise<Offer> {
  if (choices !== null) return ofWords(choices.map((word) => ({ word: hyphenated(word), says: '' })));
  const takes = Object.hasOwn(onThisMachine, kind) ? onThisMachine[kind] : undefined;
  if (takes !== undefined) return { takes, words: [] };
  return ofWords(kind === 'topic' ? topicsOf(line) : await findNames(kind, line));
}

const ofWords = (words: readonly Word[]): Offer => ({ takes: 'words', words });

/** Options with a choice take hyphens for spaces, and a shell needs no quotes for those. */
const hyphenated = (word: string): string => word.replaceAll(' ', '-');

/** The word for the value of an option, as the help has it; `<name>` is the name of a thing. */
function kindOfOption(option: Option): string {
  const kind = /[<[](\w+)/.exec(option.flags)?.[1] ?? '';
  return kind === 'name' ? option.name() : kind;
}

/** The options of the command and of the program. A flag that is given is not offered again. */
function optionsOf({ command, given }: TypedLine): readonly Word[] {
  const help = command.createHelp();
  const all = [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)];
  const isGiven = (option: Option): boolean =>
    given.some((each) => each.option.long === option.long && !option.required && !option.optional);
  return all
    .filter((option) => !isGiven(option))
    .map((option) => ({ word: option.long ?? '', says: option.description }));
}

function commandsOf(group: Command): readonly Word[] {
  return (
    group
      .createHelp()
      .visibleCommands(group)
      // Commander adds a `help` to each group; `servpack help` is the one that is documented.
      .filter((each) => group.commands.includes(each))
      .map((each) => ({ word: each.name(), says: each.description() }))
  );
}

/** What `servpack help` takes: the words of a command, or `words`. */
function topicsOf({ command, args }: TypedLine): readonly Word[] {
  let group = command.parent ?? command;
  for (const arg of args) {
    const next = group.commands.find((each) => each.name() === arg);
    if (next === undefined) return [];
    group = next;
  }
  const words = { word: 'words', says: 'the words of the screen' };
  return args.length === 0 ? [...commandsOf(group), words] : commandsOf(group);
}

/**
 * A name that a shell would have to quote is not offered: nothing that a fleet file or an
 * orchestrator says may become a part of a command line that does something else.
 */
const isSafe = (word: string): boolean => /^[\p{L}\p{N}_.:@+/=-]+$/u.test(word);

/** The first sentence or half of a sentence, without what a terminal would execute. */
function oneLine(text: string): string {
  const [first = ''] = text.split(/[;:.] | \(/u);
  const plain = first.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return plain.length > 80 ? `${plain.slice(0, 77).trimEnd()}...` : plain;
}
