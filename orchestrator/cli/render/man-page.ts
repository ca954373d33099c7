import type { Command, Help, Option } from 'commander';
import packageJson from '../../../package.json' with { type: 'json' };
import { helpOf } from '../commands/help.ts';

/** A manual page carries a date; this one changes with the version. */
const dated = '2026-11-29';

/**
 * Returns the manual page of all commands, in the language of man(7), made of the definition that
 * `--help` is made of.
 */
export function manPage(program: Command): string {
  const help = program.createHelp();
  const lines = [
    `.TH SERVPACK 1 ${dated} "servpack ${packageJson.version}" "Commands of servpack"`,
    '.nh',
    '.ad l',
    '.SH NAME',
    ...textOf(`servpack - ${lowerFirst(program.description().replace(/\.$/, ''))}`),
    '.SH SYNOPSIS',
    '.B servpack',
    escaped('[options] command'),
    '.SH DESCRIPTION',
    ...textOf('Most commands ask the orchestrator over HTTP. These options go with every command:'),
    ...optionLines(help.visibleOptions(program), help),
    '.SH COMMANDS',
    ...leavesOf(help, program).flatMap((command) => commandLines(help, command)),
    ...addedTexts(program).flatMap(sectionLines),
    '',
  ];
  return lines.join('\n');
}

/** The commands that do something, as the help orders them. */
function leavesOf(help: Help, group: Command): readonly Command[] {
  return help
    .visibleCommands(group)
    .filter((each) => group.commands.includes(each))
    .flatMap((each) => (each.commands.length > 0 ? leavesOf(help, each) : [each]));
}

function commandLines(help: Help, command: Command): readonly string[] {
  return [
    `.SS "${escaped(help.commandUsage(command).replaceAll('"', ''))}"`,
    ...textOf(sentence(command.description())),
    // `--help` stands with the options of every command.
    ...optionLines(
      command.options.filter(({ hidden }) => !hidden),
      help,
    ),
    ...addedTexts(command).flatMap(({ title, lines }) => [
      ...(title === '' ? [] : ['.PP', escaped(`${title}:`)]),
      ...textLines(lines),
    ]),
  ];
}

function optionLines(options: readonly Option[], help: Help): readonly string[] {
  return options.flatMap((option) => [
    '.TP',
    `.B ${escaped(help.optionTerm(option))}`,
    ...textOf(sentence(help.optionDescription(option))),
  ]);
}

/** A text that is added after a help: a title with lines below it, or a paragraph. */
interface AddedText {
  readonly title: string;
  readonly lines: readonly string[];
}

/** What `addHelpText` adds, paragraph by paragraph. */
function addedTexts(command: Command): readonly AddedText[] {
  const added = helpOf(command).slice(command.helpInformation().length);
  return added
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.split('\n').filter((line) => line !== ''))
    .filter((lines) => lines.length > 0)
    .map(([first = '', ...rest]) =>
      rest.length > 0 && first.endsWith(':')
        ? { title: first.slice(0, -1), lines: rest }
        : { title: '', lines: [first, ...rest] },
    );
}

/** The names that man(7) has for these sections. */
const sections: Readonly<Record<string, string>> = { 'Exit codes': 'EXIT STATUS', Example: 'EXAMPLES' };

const sectionLines = ({ title, lines }: AddedText): readonly string[] =>
  title === ''
    ? ['.PP', ...lines.flatMap(textOf)]
    : [`.SH ${sections[title] ?? title.toUpperCase()}`, ...textLines(lines)];

/** Lines of the form `  word  meaning` as a list; other lines as they stand. */
function textLines(lines: readonly string[]): readonly string[] {
  const rows = lines.map((line) => /^ {2}(\S.*?) {2,}(\S.*)$/.exec(line));
  const list = rows.flatMap((row) => (row === null ? [] : [row]));
  if (list.length === lines.length)
    return list.flatMap(([, term = '', means = '']) => ['.TP', `.B ${escaped(term)}`, ...textOf(means)]);
  const isIndented = lines.every((line) => line.startsWith('  '));
  return isIndented
    ? ['.RS 4', '.nf', ...lines.map((line) => escaped(line.trim())), '.fi', '.RE']
    : ['.PP', ...lines.flatMap(textOf)];
}

const sentence = (text: string): string => (/[.:?)]$/.test(text) ? text : `${text}.`);

const lowerFirst = (text: string): string => `${text.charAt(0).toLowerCase()}${text.slice(1)}`;

/** ASCII signs that roff would print as others (groff_char(7)), and signs that ASCII lacks. */
const signs: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '"': '\\(dq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
  '…': '...',
};

const columns = 78;

/** Text in lines of at most 78 signs where its words allow it; roff fills its own lines. */
function textOf(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = `${lines.at(-1) ?? ''} ${word}`;
    if (lines.length > 0 && escaped(line).length <= columns) lines[lines.length - 1] = line;
    else lines.push(word);
  }
  return lines.map(escaped);
}

/** A line of text that roff takes for nothing else. */
function escaped(text: string): string {
  const plain = text.replaceAll(/[\\\-'"`^~…]/gu, (sign) => signs[sign] ?? sign);
  return plain.startsWith('.') ? `\\&${plain}` : plain;
}
