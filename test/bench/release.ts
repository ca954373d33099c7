import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Release } from '../../shared/domain/campaign/definition.ts';
import { sha256 } from '../../shared/evidence.ts';
import { binFiles } from '../../orchestrator/simulation/machines/sms.ts';

/** The twelve component files that the sample release replaces too. */
export const componentNames: readonly string[] = binFiles.map((name) => name.toLowerCase());

const hashesOf = (age: string): ReadonlyMap<string, string> =>
  new Map(componentNames.map((name) => [name, sha256(`${age} ${name}`)]));

export const oldFiles = hashesOf('old');
export const newFiles = hashesOf('new');

const product = 'bench-sms';

/** The time of the bench is real, and no process of its clients can end: nothing has to settle. */
const profile = readFileSync(join(import.meta.dirname, '../../shared/products/sms-1.2.yaml'), 'utf8')
  .replace('product: sms-1.2', `product: ${product}`)
  .replace(/^( +)relocateTo: .*$/m, '$&\n$1settle: 0s');

export const release: Release = {
  release: 'bench-sp4',
  product,
  profile,
  servicePack: 4,
  files: [...newFiles].map(([name, hash]) => ({ name, size: 100_000, sha256: hash })),
};
