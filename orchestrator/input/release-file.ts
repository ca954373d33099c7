import { z } from 'zod';

import type { Result } from '../../shared/errors.ts';
import { fileSaying, knownProducts, loadProfile } from '../../shared/products/profile.ts';
import { across, count, field, list, matching, section } from '../../shared/input/fields.ts';
import type { InputFault } from '../../shared/input/input-fault.ts';
import { hostForm, hostKeyForm, isHost, isHostKey, versionedId } from '../../shared/input/names.ts';
import { duration } from '../../shared/input/quantities.ts';
import { parseYaml } from '../../shared/input/yaml-input.ts';
import { byLogonServer } from './names.ts';

const isPath = (value: string): boolean => /^[^\p{Cc}]{1,4096}$/u.test(value);

const path = () => matching('a path', isPath);

const isIniName = (value: string): boolean => /^[^\p{Cc}[\]=]{1,60}$/u.test(value);

/** A program and its arguments; no shell reads them. */
const command = field('a program, or a list of a program and its arguments', (value) => {
  const words: unknown[] = Array.isArray(value) ? value : [value];
  const isCommand =
    words.length > 0 &&
    words.length <= 100 &&
    words.every((word) => typeof word === 'string' && isPath(word));
  return isCommand ? (words as string[]) : undefined;
});

/**
 * What the command must have done, even if its exit code is 0: the last `echo` of a batch file
 * may hide that a copy has failed.
 */
const proof = section({
  /** The folder of the files that the command brings into `components`, as they were delivered. */
  files: path().optional(),
  /** Lines of files of the tree, or, by a full path, of the machine on which the command runs. */
  values: list(
    section({
      file: path(),
      /** Left out = the first line of this key in the file. */
      section: matching('the name of a section', isIniName).optional(),
      key: matching('the name of a key', isIniName),
      is: field('a text or a number', (value) =>
        typeof value === 'number' || (typeof value === 'string' && isPath(value)) ? String(value) : undefined,
      ),
    }),
    'a list of { file, key, is }',
  ).default([]),
});

/** The keys of a release file. Paths are relative to the file, `components` to the tree. */
function releaseSchema(profiles: string | null) {
  const keys = section({
    release: versionedId(),
    product: knownProduct(profiles),
    /** Left out where the product's service packs have no number. */
    servicePack: count(0, 99).nullable().default(null),
    /** The folder that the upgrade command changes, such as the logon server's share. */
    tree: path(),
    /** The folder inside the tree that holds the component files as clients download them. */
    components: path(),
    /** Folders inside `components` whose files are not for clients. */
    leaveOut: list(
      matching('the name of a folder', (value) => /^[^\\/\p{Cc}]{1,255}$/u.test(value)),
    ).optional(),
    /**
     * Where the orchestrator reads the copies on the logon servers: the folder of component files
     * of each. Left out = one share: staging it stages it for all.
     */
    logonServers: section({
      path: matching(
        'a path with {logonServer} in it',
        (value) => isPath(value) && value.includes('{logonServer}'),
      ),
      except: byLogonServer(path(), 'paths by logon server, such as { LS-PUN: /mnt/pune }').default({}),
    })
      .nullable()
      .default(null),
    /** Left out only where servpack brings the files itself (route `push`). */
    upgrade: section({
      command,
      timeout: duration(1000).default(120_000),
      /**
       * The Windows host on which the command runs, over SSH; left out = this machine. `command`
       * then begins with a full path of that host.
       */
      host: matching(hostForm, isHost).optional(),
      port: count(1, 65_535).optional(),
      /** Fingerprints of which the host must show one; left out = the known hosts decide. */
      hostKeys: list(matching(hostKeyForm, isHostKey), 'a list of fingerprints').optional(),
      proof: proof.optional(),
    }).optional(),
  });
  return across(keys, ({ product, upgrade }, blame) => {
    if (upgrade === undefined && needsCommand(product, profiles))
      blame(['upgrade'], 'is missing', 'the command that brings the release to the logon server');
    if (typeof upgrade !== 'object' || upgrade === null) return;
    const { host, port, hostKeys, command: words } = upgrade;
    if (host === undefined) {
      for (const [key, value] of Object.entries({ port, hostKeys }))
        if (value !== undefined) blame(['upgrade', key], 'says nothing without upgrade.host', 'upgrade.host');
    } else if (Array.isArray(words) && !isWindowsPath(String(words[0])))
      blame(['upgrade', 'command'], `begins with ${JSON.stringify(words[0])}`, fullPath);
  });
}

/** Only route `push` needs no command. The faults of a profile are reported elsewhere. */
function needsCommand(product: unknown, profiles: string | null): boolean {
  const profile = typeof product === 'string' ? loadProfile(product, profiles) : null;
  return profile?.ok === true && profile.value.update.route !== 'push';
}

/** A known product. The refusal names a file that holds the product under another file name. */
const knownProduct = (profiles: string | null) =>
  z.unknown().transform((input, context): string => {
    const products = knownProducts(profiles);
    const product = typeof input === 'string' ? input : '';
    if (products.includes(product)) return product;
    const file = product === '' ? null : fileSaying(product, profiles);
    const known = `a known product (${products.join(', ')})`;
    const message =
      file === null ? known : `${known}: ${file} says product: ${product}, so name that file ${product}.yaml`;
    context.issues.push({ code: 'custom', message, input });
    return z.NEVER;
  });

const fullPath = 'a full path of the host first, such as D:\\SMS\\SP4\\UPGRADE.BAT';

/** A full path of Windows. */
export const isWindowsPath = (path: string): boolean => /^(?:[A-Za-z]:\\|\\\\)/.test(path);

/** The values of a release file; `upgrade.timeout` in milliseconds. */
export type ReleaseInput = z.output<ReturnType<typeof releaseSchema>>;

/**
 * Reads a release file. It opens nothing that the file names.
 * @param file its name for the faults
 * @param profiles the operator's folder of product profiles; null = only the built-in ones
 */
export const parseRelease = (
  text: string,
  file: string,
  profiles: string | null = null,
): Result<ReleaseInput, InputFault[]> => parseYaml(text, file, releaseSchema(profiles));
