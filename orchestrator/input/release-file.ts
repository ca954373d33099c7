import type { z } from 'zod';

import type { Result } from '../../shared/errors.ts';
import { knownProducts } from '../../shared/products/profile.ts';
import { count, field, matching, section } from '../../shared/input/fields.ts';
import type { InputFault } from '../../shared/input/input-fault.ts';
import { versionedId } from '../../shared/input/names.ts';
import { duration } from '../../shared/input/quantities.ts';
import { parseYaml } from '../../shared/input/yaml-input.ts';
import { byLogonServer } from './names.ts';

const isPath = (value: string): boolean => /^[^\p{Cc}]{1,4096}$/u.test(value);

const path = () => matching('a path', isPath);

/** A program and its arguments; no shell reads them. */
const command = field('a program, or a list of a program and its arguments', (value) => {
  const words: unknown[] = Array.isArray(value) ? value : [value];
  const isCommand =
    words.length > 0 &&
    words.length <= 100 &&
    words.every((word) => typeof word === 'string' && isPath(word));
  return isCommand ? (words as string[]) : undefined;
});

/** The keys of a release file. Paths are relative to the file, `components` to the tree. */
function releaseSchema(profiles: string | null) {
  const products = knownProducts(profiles);
  return section({
    release: versionedId(),
    product: matching(`a known product (${products.join(', ')})`, (value) => products.includes(value)),
    /** Left out where the product's service packs have no number. */
    servicePack: count(0, 99).nullable().default(null),
    /** The folder that the upgrade command changes, such as the logon server's share. */
    tree: path(),
    /** The folder inside the tree that holds the component files as clients download them. */
    components: path(),
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
    upgrade: section({
      command,
      timeout: duration(1000).default(120_000),
    }),
  });
}

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
