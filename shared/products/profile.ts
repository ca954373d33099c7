import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import type { ProductRules, Relocatable, SwapRules } from '../domain/rules/policy.ts';
import type { Release } from '../domain/campaign/definition.ts';
import { err, fault, type Fault, ok, type Result } from '../errors.ts';
import { type InputFault, printFaults } from '../input/input-fault.ts';
import { nearest } from '../input/nearest.ts';
import { readOperatorText } from '../input/operator-file.ts';
import { parseYaml } from '../input/yaml-input.ts';
import { type Profile, profileSchema } from './schema.ts';

export type { Profile } from './schema.ts';

const extension = '.yaml';
const builtIn = import.meta.dirname;

/** Reads a profile file; `file` is its name for the faults. */
export const parseProfile = (text: string, file: string): Result<Profile, InputFault[]> =>
  parseYaml(text, file, profileSchema);

const profilesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(extension))
    .map((name) => name.slice(0, -extension.length));

/** The products of the operator's folder; none when it is missing. */
function customProducts(folder: string | null): string[] {
  try {
    return folder === null ? [] : profilesIn(folder);
  } catch {
    return [];
  }
}

/**
 * The products that have a profile: a YAML file among the built-in ones, or in the operator's
 * folder.
 */
export const knownProducts = (folder: string | null = null): string[] =>
  [...new Set([...profilesIn(builtIn), ...customProducts(folder)])].toSorted();

/**
 * The file of the operator's folder that says `product: PRODUCT` under another name, or as `.yml`;
 * null where there is none.
 */
export function fileSaying(product: string, folder: string | null): string | null {
  if (folder === null) return null;
  const line = new RegExp(`^product:\\s*(["']?)${RegExp.escape(product)}\\1\\s*(?:#.*)?$`, 'm');
  try {
    const files = readdirSync(folder).filter((name) => /\.ya?ml$/i.test(name));
    const found = files.find((name) => {
      const text = readOperatorText(join(folder, name));
      return name !== `${product}${extension}` && text.ok && line.test(text.value);
    });
    return found === undefined ? null : join(folder, found);
  } catch {
    return null;
  }
}

/** A profile, and its text where an operator wrote it. */
export interface LoadedProfile {
  readonly profile: Profile;
  readonly text: string | null;
}

/**
 * The profile of a product by its name: a built-in one, or one in the operator's folder. Faults:
 * see `loadWithText`.
 */
export function loadProfile(product: string, folder: string | null = null): Result<Profile> {
  const loaded = loadWithText(product, folder);
  return loaded.ok ? ok(loaded.value.profile) : loaded;
}

/**
 * As `loadProfile`, with its text. `Fault` (`unknownProduct`, `badProfile`, `builtInProfile`) in
 * one sentence.
 */
export function loadWithText(product: string, folder: string | null): Result<LoadedProfile> {
  const known = knownProducts(folder);
  // Only names of the list get into a path.
  if (!known.includes(product)) return err(unknownProduct(product, known, fileSaying(product, folder)));
  const isBuiltIn = profilesIn(builtIn).includes(product);
  const isCustom = customProducts(folder).includes(product);
  if (isBuiltIn && isCustom) return err(builtInAlready(product, folder ?? ''));
  const file = join(isCustom ? (folder ?? '') : builtIn, `${product}${extension}`);
  const loaded = readProfile(file);
  if (!loaded.ok) return loaded;
  const { profile, text } = loaded.value;
  if (profile.product === product) return ok({ profile, text: isCustom ? text : null });
  return err(
    fault(
      'badProfile',
      `${file} says product: ${profile.product}: name the file ${profile.product}${extension}, or say product: ${product} in it`,
    ),
  );
}

/**
 * The profile that holds for a staged release. An operator's own profile is kept in the release as
 * it was at the staging, so that every process, on whatever host, uses the same one.
 */
export function profileOf(release: Pick<Release, 'release' | 'product' | 'profile'>): Result<Profile> {
  if (release.profile === undefined) return loadProfile(release.product);
  const parsed = parseProfile(
    release.profile,
    `${release.product}${extension} of release ${release.release}`,
  );
  return parsed.ok ? parsed : err(fault('badProfile', printFaults(parsed.error).join('; '), parsed.error));
}

const builtInAlready = (product: string, folder: string): Fault =>
  fault(
    'builtInProfile',
    `${product} is a built-in product, and ${join(folder, product)}${extension} would change what it is: give it a name of its own`,
  );

function unknownProduct(product: string, known: readonly string[], file: string | null): Fault {
  const near = nearest(product, known);
  const hint = near === null ? '' : ` (did you mean ${near}?)`;
  const rename =
    file === null ? '' : `; ${file} says product: ${product}, so name that file ${product}${extension}`;
  return fault(
    'unknownProduct',
    `product ${JSON.stringify(product.slice(0, 63))} is not known${hint}: the known ones are ${known.join(', ')}${rename}`,
  );
}

function readProfile(file: string): Result<LoadedProfile & { readonly text: string }> {
  const read = readOperatorText(file);
  if (!read.ok) return err(fault('badProfile', `${file} ${read.error}`));
  const text = read.value;
  const parsed = parseProfile(text, file);
  return parsed.ok
    ? ok({ profile: parsed.value, text })
    : err(fault('badProfile', printFaults(parsed.error).join('; '), parsed.error));
}

/**
 * The part of a profile that deciding needs, with names in lower case as the domain compares them.
 */
export function rulesOf(profile: Profile): ProductRules {
  const relocatable = profile.services.map(
    ({ name, executable, relocateTo, keys, moveBy, settle }): [string, Relocatable] => [
      name.toLowerCase(),
      { executable: executable.toLowerCase(), to: relocateTo, keys, moveBy, settleMs: settle },
    ],
  );
  return {
    product: profile.product,
    componentDirectory: profile.componentDirectory,
    route: profile.update.route,
    relocatable: Object.fromEntries(relocatable),
    structuralUntil: profile.structuralUntil,
    swap: swapOf(profile),
    updateProgram: profile.update.program,
  };
}

/** Only the route `push` swaps files, whatever else the profile says. */
function swapOf({ update, swap }: Profile): SwapRules | null {
  if (update.route !== 'push' || swap === null) return null;
  const { service, staging, backup, settle, keepBackup } = swap;
  return { service, staging, backup, settleMs: settle, keepsBackup: keepBackup };
}
