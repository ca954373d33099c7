import { directoryOf, type Disk, filesOf, hasDirectory, joinPath, keyOf, rootOf } from './disk.ts';
import type { Machine, Permissions } from './machine.ts';

export const administrators = 'S-1-5-32-544';
export const system = 'S-1-5-18';
/** A user without administrator rights. */
export const someUser = 'S-1-5-21-1085031214-1563985344-725345543-1001';

/** The permissions that Windows gives a file of an administrator. */
const usual: Permissions = { owner: administrators, entries: [], inherits: true };
const tight: Permissions = { owner: administrators, entries: [system, administrators], inherits: false };

const plain = (path: string): string => keyOf(path).replace(/\\$/, '');

export const permissionsOf = ({ permissions }: Machine, path: string): Permissions =>
  permissions.get(plain(path)) ?? usual;

export function setPermissions(machine: Machine, path: string, now: Partial<Permissions>): void {
  machine.permissions = new Map(machine.permissions).set(plain(path), {
    ...permissionsOf(machine, path),
    ...now,
  });
}

/** The path was removed or created again: its own permissions are gone. */
export function forgetPermissions(machine: Machine, path: string): void {
  machine.permissions = new Map([...machine.permissions].filter(([each]) => each !== plain(path)));
}

export const isProtected = (machine: Machine, folder: string): boolean =>
  isTight(permissionsOf(machine, folder));

export const protectedDirectories = ({ permissions }: Machine): readonly string[] =>
  [...permissions].filter(([, each]) => isTight(each)).map(([path]) => path);

const isTight = ({ owner, entries, inherits }: Permissions): boolean =>
  owner === tight.owner && !inherits && entries.toSorted().join() === tight.entries.toSorted().join();

export const protect = (machine: Machine, folder: string): void => setPermissions(machine, folder, tight);

/** As icacls does: `/setowner` and `/reset`. */
export const takeOver = (machine: Machine, path: string): void => setPermissions(machine, path, usual);

/** The names in a folder, by lower-case name. */
export function childrenOf(
  disk: Disk,
  folder: string,
): readonly { readonly name: string; readonly isPlainFile: boolean }[] {
  const from = joinPath(plain(folder), '').length;
  const root = rootOf(folder);
  const paths: string[] = [];
  for (const [path] of filesOf(disk)) if (path.startsWith(root)) paths.push(path.slice(from));
  const names = [...new Set(paths.map((path) => path.split('\\')[0] ?? ''))];
  return names.map((name) => ({ name, isPlainFile: paths.includes(name) }));
}

/**
 * A user without administrator rights creates a folder, lets everyone write in it, and puts a file
 * there.
 */
export function plant(machine: Machine, path: string): void {
  const folder = directoryOf(path);
  if (!hasDirectory(machine.disk, folder))
    setPermissions(machine, folder, { owner: someUser, entries: [someUser, 'S-1-1-0'], inherits: true });
  machine.disk.changes.set(keyOf(path), planted);
  setPermissions(machine, path, { owner: someUser, entries: [someUser], inherits: true });
}

const planted = { sha256: '1'.repeat(64), size: 7, text: 'planted' };
