import type { Machine } from '../../../orchestrator/simulation/machines/machine.ts';

type Rename = Machine['renames'][number];

/** The names of a list as Windows stores them: a deletion has an empty new name. */
const namesOf = (renames: readonly Rename[]): readonly string[] =>
  renames.flatMap(({ from, to }) => [`\\??\\${from}`, to === '' ? '' : `!\\??\\${to}`]);

const plain = (name: string): string => name.replace(/^!?\\\?\?\\/, '');

function renamesOf(names: readonly string[]): readonly Rename[] {
  const found: Rename[] = [];
  for (let at = 0; at + 1 < names.length; at += 2)
    found.push({ from: plain(names[at] ?? ''), to: plain(names[at + 1] ?? '') });
  return found;
}

/** The list as `reg query` prints it: without empty names (dotnet/sdk issue 28993). */
export const printedRenames = ({ renames }: Machine): string =>
  namesOf(renames)
    .filter((name) => name !== '')
    .join('\\0');

/** `reg add` replaces the list, and refuses an empty name. */
export function addRenames(machine: Machine, data: string): boolean {
  const names = data.split('\\0');
  if (names.includes('')) return false;
  machine.renames = renamesOf(names);
  return true;
}

/** The key of the session manager as `reg export` writes it, with a subkey. */
export function exportedRenames(machine: Machine, key: string): Buffer {
  const bytes = Buffer.from(`${namesOf(machine.renames).join('\0')}\0\0`, 'utf16le');
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(',');
  const list = `"PendingFileRenameOperations"=hex(7):${hex.replaceAll(/(.{74},)/g, '$1\\\r\n  ')}\r\n`;
  const text = [
    'Windows Registry Editor Version 5.00\r\n',
    `[${key}]`,
    '"BootExecute"=hex(7):61,00,00,00,00,00',
    `"ProcessorControl"=dword:00000002\r\n${machine.renames.length === 0 ? '' : list}`,
    `[${key}\\Environment]`,
    '"OS"="Windows_NT"\r\n\r\n',
  ].join('\r\n');
  return Buffer.from(`\ufeff${text}`, 'utf16le');
}

/** What `reg import` makes of a file with the list. */
export function importRenames(machine: Machine, file: Buffer): boolean {
  const text = file.toString('utf16le').replaceAll(/\\\r\n */g, '');
  const hex = /^"PendingFileRenameOperations"=hex\(7\):([0-9a-f,]*)\r$/m.exec(text)?.[1];
  if (hex === undefined) return false;
  const bytes = Buffer.from(hex.replaceAll(',', ''), 'hex');
  machine.renames = renamesOf(bytes.toString('utf16le').replace(/\0\0$/, '').split('\0'));
  return true;
}
