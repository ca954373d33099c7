import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Rights } from '../contract/contract-clients.ts';
import type { WindowsClient } from '../lab/windows/client.ts';
import { pathIn } from '../lab/windows/client-files.ts';
import { fileOf } from '../lab/windows/truth.ts';

/**
 * Puts a file that everybody may change on a client, in a folder of the same kind where
 * it is new.
 */
export function plantOn(client: WindowsClient, path: string): void {
  const file = pathIn(client.prefix, path);
  if (!existsSync(dirname(file))) {
    mkdirSync(dirname(file));
    chmodSync(dirname(file), 0o777);
  }
  writeFileSync(file, 'planted');
  chmodSync(file, 0o666);
}

/**
 * Modes are those of Linux, where its group stands for administrators; an owner is whom icacls has
 * last named: Wine keeps none.
 */
export function rightsOn(client: WindowsClient, path: string): Rights {
  const owners = (fileOf(client, String.raw`C:\LAB\OWNERS.LOG`) ?? '')
    .split(/\r?\n/)
    .map((line) => line.split('\t'))
    .filter(([of = '']) => of.toLowerCase() === path.toLowerCase());
  return {
    isOfAdministrators: owners.at(-1)?.[1] === '*S-1-5-32-544',
    letsOthersIn: (statSync(pathIn(client.prefix, path)).mode & 0o007) !== 0,
  };
}
