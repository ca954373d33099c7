import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WindowsClient } from './client.ts';
import { pathIn } from './client-files.ts';
import { windowsProcessesOf } from './sweep.ts';

/**
 * What really is on a client, read from its disk, its registry and this machine's processes, and never through ssh: what a test
 * holds servpack's word against.
 */
export const sha256Of = (file: string): string =>
  createHash('sha256').update(readFileSync(file)).digest('hex');

/** SHA-256 of each file in a folder, by upper-case name. */
export const hashesIn = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(folder)
      .toSorted()
      .map((name) => [name.toUpperCase(), sha256Of(join(folder, name))]),
  );

export const componentsOf = (client: WindowsClient): Readonly<Record<string, string>> =>
  hashesIn(pathIn(client.prefix, client.rules.componentDirectory));

/** Text of a file of the client; null when it is not there. */
export function fileOf(client: WindowsClient, path: string): string | null {
  const file = pathIn(client.prefix, path);
  return existsSync(file) ? readFileSync(file, 'latin1') : null;
}

/** A value of SMS.INI's [Local]. */
export const settingOf = (client: WindowsClient, key: string): string | undefined =>
  new RegExp(`^${key}=(.*?)\\r?$`, 'im').exec(fileOf(client, String.raw`C:\SMS.INI`) ?? '')?.[1];

/** The image paths of what runs on the client, as this machine knows its processes. */
export const imagesOf = (client: WindowsClient): readonly string[] =>
  windowsProcessesOf(client.prefix)
    .map((pid) => imageOf(pid))
    .filter((image) => image !== '')
    .toSorted();

/** The first word of a command line that is a path of Windows. */
function imageOf(pid: number): string {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
    return words.find((word) => /^[A-Z]:\\.*\.exe$/i.test(word)) ?? '';
  } catch {
    return '';
  }
}

/** Values of a registry key, as reg.exe of the client prints them; null when the key is not there. */
export async function registryOf(
  client: WindowsClient,
  key: string,
): Promise<Readonly<Record<string, string>> | null> {
  const { code, output } = await client.run('reg.exe', 'query', key);
  if (code === 1) return null;
  if (code !== 0) throw new Error(`${client.id}: reg query ${key} ended with ${code}`);
  const values = [...output.matchAll(/^ {4}(.+?) {4}REG_\w+ {4}(.*?)\r?$/gm)];
  return Object.fromEntries(values.map(([, name = '', value = '']) => [name, value]));
}

/** A service as the registry of its machine has it. */
export const serviceOf = (client: WindowsClient, name: string): ReturnType<typeof registryOf> =>
  registryOf(client, `HKLM\\System\\CurrentControlSet\\Services\\${name}`);
