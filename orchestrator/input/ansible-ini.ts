import { type InputFault, show, wholeFile } from '../../shared/input/input-fault.ts';
import { hostsIn, Inventory, type Variables } from './ansible-hosts.ts';

/**
 * An inventory of Ansible in its INI form, as "How to build your inventory" of its documentation
 * shows it: hosts with their variables, `[group]`, `[group:children]` and `[group:vars]`.
 */
export function readAnsibleIni(
  text: string,
  file: string,
): { readonly inventory: Inventory; readonly faults: readonly InputFault[] } {
  const inventory = new Inventory();
  const faults: InputFault[] = [];
  let group = 'ungrouped';
  let kind = 'hosts';
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  for (const [at, raw] of lines.entries()) {
    const blame = (wrong: string, expected: string): void =>
      void faults.push({ file, line: at + 1, key: wholeFile, wrong, expected });
    const row = raw.trim();
    if (row === '' || /^[#;]/.test(row)) continue;
    const head = section.exec(row);
    if (head !== null) {
      [, group = '', kind = 'hosts'] = head;
      continue;
    }
    if (kind === 'children') inventory.addChild(group, wordsIn(row)[0] ?? '');
    else if (kind === 'vars') inventory.addVariables(group, variablesIn([row]));
    else addHosts(inventory, group, { row, line: at + 1 }, blame);
  }
  return { inventory, faults };
}

const section = /^\[([^\]:]+)(?::(hosts|vars|children))?\]\s*(?:[#;].*)?$/;

/** Is there a heading of a group? No row of a table is one. */
export const isAnsibleIni = (text: string): boolean =>
  /^\[[\w.-]+(?::(?:vars|children|hosts))?\][^\S\r\n]*(?:[#;].*)?$/m.test(text);

function addHosts(
  inventory: Inventory,
  group: string,
  { row, line }: { readonly row: string; readonly line: number },
  blame: (wrong: string, expected: string) => void,
): void {
  const [pattern = '', ...rest] = wordsIn(row);
  const [, name = pattern, port] = /^(.*[^\]:]|.*\]):(\d+)$/.exec(pattern) ?? [];
  const hosts = hostsIn(name);
  if (hosts === null)
    return blame(`is ${show(pattern)}`, 'a host, or a range such as www[01:50].example.com');
  const own = { ...(port === undefined ? {} : { ansible_port: port }), ...variablesIn(rest) };
  for (const host of hosts) inventory.addHost(host, group, line, own);
}

/** Words up to a comment; quotes hold a word together. */
function wordsIn(row: string): readonly string[] {
  const words = row.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  const comment = words.findIndex((word) => word.startsWith('#'));
  return comment === -1 ? words : words.slice(0, comment);
}

function variablesIn(words: readonly string[]): Variables {
  const pairs = words.flatMap((word): [string, string][] => {
    const [, name, value = ''] = /^([^=\s]+)\s*=\s*(.*)$/s.exec(word) ?? [];
    return name === undefined ? [] : [[name, value.replace(/^(["'])(.*)\1$/s, '$2')]];
  });
  return Object.fromEntries(pairs);
}
