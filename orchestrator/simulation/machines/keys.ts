import { joinPath, keyOf, rootOf } from './disk.ts';
import type { Machine } from './machine.ts';

/** The key of a file of a folder; of the name '' what the keys of all its files begin with. */
export function keyIn({ world }: Machine, folder: string, name: string): string {
  let keys = world.keys.get(folder);
  if (keys === undefined) {
    keys = new Map();
    world.keys.set(folder, keys);
  }
  let key = keys.get(name);
  if (key === undefined) {
    key = name === '' ? rootOf(folder) : keyOf(joinPath(folder, name));
    keys.set(name, key);
  }
  return key;
}
