import { type Node, parse } from './cmd-parse.ts';

/** Commands of cmd.exe that neither change nor ask anything. */
const silent = new Set(['echo', 'call', 'exit', 'popd']);

/** Programs whose second word is the subcommand. */
const withVerb = new Set(['sc', 'reg', 'wmic', 'wevtutil']);

/**
 * The commands in some lines without their values: `sc config binpath= start=`, `reg query /v`.
 * Commands that a profile names itself are left out.
 */
export const formsIn = (lines: readonly string[]): ReadonlySet<string> =>
  new Set(lines.flatMap((line) => commandsOf(parse(line))).flatMap(formOf));

function commandsOf(node: Node): readonly string[] {
  switch (node.kind) {
    case 'simple':
      return [node.text];
    case 'block':
      return commandsOf(node.body);
    case 'pair':
      return [...commandsOf(node.left), ...commandsOf(node.right)];
    case 'if':
      return [...commandsOf(node.body), ...(node.otherwise === null ? [] : commandsOf(node.otherwise))];
    case 'for': {
      const inner = /^\s*'(.*)'\s*$/.exec(node.set)?.[1];
      return [...(inner === undefined ? [] : commandsOf(parse(inner))), ...commandsOf(node.body)];
    }
  }
}

function formOf(command: string): readonly string[] {
  const words = command.toLowerCase().match(/(?:"[^"]*"|[^\s"])+/g) ?? [];
  const [name = '', verb = ''] = words;
  if (silent.has(name) || /^echo\W/.test(name) || name.includes('\\')) return [];
  const switches = words.flatMap((word) => /^(?:[-/+][a-z]+:?|[a-z]+=)/.exec(word)?.[0] ?? []);
  return [[name, ...(withVerb.has(name) ? [verb] : []), ...[...new Set(switches)].toSorted()].join(' ')];
}
