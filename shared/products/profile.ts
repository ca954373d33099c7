import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { ProductRules } from '../domain/policy.ts';
import { err, fault, messageOf } from '../errors.ts';
import type { Fault, Result } from '../errors.ts';
import { printFaults } from '../input/input-fault.ts';
import type { InputFault } from '../input/input-fault.ts';
import { parseYaml } from '../input/yaml-input.ts';
import { profileSchema } from './schema.ts';
import type { Profile } from './schema.ts';

export type { Profile } from './schema.ts';

const extension = '.yaml';

/** Reads a profile file; `file` is its name for the faults. */
export const parseProfile = (text: string, file: string): Result<Profile, InputFault[]> =>
  parseYaml(text, file, profileSchema);

/** The products that have a built-in profile: the YAML files of this folder. */
export const knownProducts = (): string[] =>
  readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith(extension))
    .map((name) => name.slice(0, -extension.length))
    .toSorted();

/** The built-in profile of a product, or a `Fault` (`unknownProduct`, `badProfile`) in one sentence. */
export function loadProfile(product: string): Result<Profile> {
  const known = knownProducts();
  // Compared with the list, never pasted into a path unseen.
  if (!known.includes(product)) return err(unknownProduct(product, known));
  const file = join(import.meta.dirname, `${product}${extension}`);
  const profile = readProfile(file);
  if (!profile.ok) return profile;
  if (profile.value.product === product) return profile;
  return err(fault('badProfile', `${file} is the profile of ${profile.value.product}, not of ${product}`));
}

const unknownProduct = (product: string, known: readonly string[]): Fault =>
  fault(
    'unknownProduct',
    `product ${JSON.stringify(product.slice(0, 63))} is not known: the known ones are ${known.join(', ')}`,
  );

function readProfile(file: string): Result<Profile> {
  try {
    const parsed = parseProfile(readFileSync(file, 'utf8'), file);
    return parsed.ok ? parsed : err(fault('badProfile', printFaults(parsed.error).join('; '), parsed.error));
  } catch (thrown) {
    return err(fault('badProfile', `${file} can not be read: ${messageOf(thrown)}`, thrown));
  }
}

/** The part of a profile that deciding needs, with names in lower case as the domain compares them. */
export function rulesOf(profile: Profile): ProductRules {
  const relocatable = profile.services.map(
    ({ name, executable, relocateTo }): [string, { executable: string; to: string }] => [
      name.toLowerCase(),
      { executable: executable.toLowerCase(), to: relocateTo },
    ],
  );
  return {
    product: profile.product,
    componentDirectory: profile.componentDirectory,
    route: profile.update.route,
    relocatable: Object.fromEntries(relocatable),
    structuralUntil: profile.structuralUntil,
  };
}
