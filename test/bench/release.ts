import type { Release } from '../../shared/domain/campaign/definition.ts';
import { sha256 } from '../../shared/evidence.ts';
import { binFiles } from '../lab/fleet/sms.ts';

/** The twelve component files that the sample release replaces too. */
export const componentNames: readonly string[] = binFiles.map((name) => name.toLowerCase());

const hashesOf = (age: string): ReadonlyMap<string, string> =>
  new Map(componentNames.map((name) => [name, sha256(`${age} ${name}`)]));

export const oldFiles = hashesOf('old');
export const newFiles = hashesOf('new');

export const release: Release = {
  release: 'bench-sp4',
  product: 'sms-1.2',
  servicePack: 4,
  files: [...newFiles].map(([name, hash]) => ({ name, size: 100_000, sha256: hash })),
};
