import { type Disk, filesOf, keyOf } from './disk.ts';
import { windows } from './sms.ts';

/** The variables of every machine of the lab. */
export const machineVariables: ReadonlyMap<string, string> = new Map([
  ['SYSTEMROOT', windows],
  ['SYSTEMDRIVE', 'C:'],
  ['PROGRAMFILES', 'C:\\Program Files'],
  ['OS', 'Windows_NT'],
]);

/** The file that Windows starts for the image path of a service. */
export function startedFile(disk: Disk, imagePath: string): string {
  const text = imagePath.trim();
  const quoted = /^"([^"]*)"/.exec(text)?.[1];
  const path = quoted ?? /^.*?\.exe(?=\s|$)/i.exec(text)?.[0] ?? text.split(/\s/)[0] ?? '';
  const named = path
    .replaceAll('/', '\\')
    .replace(/^\\\?\?\\/, '')
    .replaceAll(/%([^%]+)%/g, (whole, name: string) => machineVariables.get(name.toUpperCase()) ?? whole);
  return longPath(disk, /\.\w+$/.test(named) ? named : `${named}.exe`);
}

/** A path with long names for short ones. A short name has six characters of the long one. */
export function longPath(disk: Disk, path: string): string {
  if (!/~\d/.test(path)) return path;
  return path.split('\\').reduce((folder, part) => {
    const [, begin] = /^([^~]{1,6})~1(?:\.\w{0,3})?$/.exec(part) ?? [];
    const long = begin === undefined ? undefined : nameBeginning(disk, folder, begin);
    return folder === '' ? part : `${folder}\\${long ?? part}`;
  }, '');
}

function nameBeginning(disk: Disk, folder: string, begin: string): string | undefined {
  const root = `${keyOf(folder)}\\`;
  return filesOf(disk)
    .filter(([path]) => path.startsWith(root))
    .map(([path]) => path.slice(root.length).split('\\')[0] ?? '')
    .find((name) => name.length > 8 && name.replaceAll(' ', '').startsWith(begin.toLowerCase()));
}
