/**
 * The registry of a client that does not run is text: system.reg in its prefix. A key that is in
 * the file twice has the values of both, so a client's own keys are appended to those of the base.
 */
export type RegistryValue =
  | string
  | number
  | { readonly expand: string }
  | { readonly list: readonly string[] }
  | { readonly bytes: readonly number[] };

export interface RegistryKey {
  /** Below HKEY_LOCAL_MACHINE. */
  readonly path: string;
  readonly values: Readonly<Record<string, RegistryValue>>;
}

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

function valueText(value: RegistryValue): string {
  if (typeof value === 'string') return `"${escaped(value)}"`;
  if (typeof value === 'number') return `dword:${hex(value, 8)}`;
  if ('expand' in value) return `str(2):"${escaped(value.expand)}"`;
  if ('list' in value) return `str(7):"${value.list.map((each) => `${escaped(each)}\\0`).join('')}"`;
  return `hex:${value.bytes.map((byte) => hex(byte, 2)).join(',')}`;
}

export const registryText = (keys: readonly RegistryKey[]): string =>
  keys
    .map(({ path, values }) => {
      const lines = Object.entries(values).map(([name, value]) => `"${escaped(name)}"=${valueText(value)}`);
      return `\n[${escaped(path)}] 1700000000\n${lines.join('\n')}\n`;
    })
    .join('');
