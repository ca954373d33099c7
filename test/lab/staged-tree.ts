import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultComponents } from './fleet/logon-server.ts';

/** A small staged tree for tests that need a release but not the sample's. */
export const componentNames = ['APPCTL32.EXE', 'CLIMONNT.EXE', 'CSDVER.SMS'] as const;

export const componentText = (name: string): string => (name === 'CSDVER.SMS' ? 'SP4' : `new ${name}`);

export async function writeTree(tree: string): Promise<void> {
  const folder = join(tree, defaultComponents);
  await mkdir(folder, { recursive: true });
  for (const name of componentNames) await writeFile(join(folder, name), componentText(name));
}
