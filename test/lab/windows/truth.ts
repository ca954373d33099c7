import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingIn, type SmsIniKey } from '../../../orchestrator/simulation/machines/sms-ini-file.ts';
import type { WindowsClient } from './client.ts';
import { pathIn } from './client-files.ts';
import { windowsProcessesOf } from './sweep.ts';

/**
 * The true state of a client, read from its disk, its registry and this machine's processes, never
 * over ssh. Tests compare servpack's reports with it.
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

/** The text of a file of the client; null when the file does not exist. */
export function fileOf(client: WindowsClient, path: string): string | null {
  const file = pathIn(client.prefix, path);
  return existsSync(file) ? readFileSync(file, 'latin1') : null;
}

/** A value of SMS.INI, in the section where the product has it. */
export const settingOf = (client: WindowsClient, key: SmsIniKey): string | undefined =>
  settingIn(fileOf(client, String.raw`C:\SMS.INI`) ?? '', key);

/** The image paths of the processes of the client, as this machine knows them. */
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

/**
 * Values of a registry key, as reg.exe of the client prints them; null when the key does not exist.
 */
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

/** A service as its machine has it in the registry. */
export const serviceOf = (client: WindowsClient, name: string): ReturnType<typeof registryOf> =>
  registryOf(client, `HKLM\\System\\CurrentControlSet\\Services\\${name}`);
