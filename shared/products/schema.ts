import type { z } from 'zod';

import { across, field, list, matching, oneOf, section, text } from '../input/fields.ts';
import { versionedId } from '../input/names.ts';
import { parseCsdver } from './csdver.ts';
import { configurationParsers, transcriptParsers, versionParsers } from './parsers.ts';

/** The keys of a product profile: everything that servpack knows of a product without being changed for it. */

/** Windows drops dots and spaces at the end of a name, and `..` leads elsewhere: such a path is not what it seems. */
const isWindowsPath = (value: string): boolean =>
  /^[A-Za-z]:(?:\\[^\\/:*?"<>|\p{Cc}]{1,100}){1,20}$/u.test(value) && !/[. ](?:\\|$)/.test(value);

const windowsPath = () => matching('a full Windows path such as C:\\MS\\SMS\\BIN', isWindowsPath);

const isFileName = (value: string): boolean => /^[^\\/:*?"<>|\s\p{Cc}]{1,100}$/u.test(value);

const fileName = () => matching('a file name without its path', isFileName);

const namesOf = <Parsers extends object>(parsers: Parsers) =>
  Object.keys(parsers) as (keyof Parsers & string)[];

const service = section({
  name: matching('the name of a service', (value) => /^[^\\/\s\p{Cc}]{1,256}$/u.test(value)),
  executable: fileName(),
  relocateTo: windowsPath(),
});

const update = section({
  /** `logon`: mark, restart, the user's logon starts the program. `direct`: servpack runs it. */
  route: oneOf('logon', 'direct'),
  /** The program that the users' Load value starts and that updates the client. */
  program: fileName(),
});

const servicePack = field('a service pack such as SP3', (value) =>
  typeof value === 'string' ? (parseCsdver(value) ?? undefined) : undefined,
);

export const profileSchema = across(
  section({
    product: versionedId(),
    title: text(),
    componentDirectory: windowsPath(),
    update,
    configuration: section({ file: windowsPath(), parser: oneOf(...namesOf(configurationParsers)) }),
    transcript: section({ parser: oneOf(...namesOf(transcriptParsers)) }),
    version: section({ file: fileName(), parser: oneOf(...namesOf(versionParsers)) }),
    /** From this service pack on the product no longer blocks itself; left out = it always does. */
    structuralUntil: servicePack.nullable().default(null),
    /** Everything known to run out of the component directory. */
    executables: list(fileName(), 'a list of file names'),
    /** Those of them that a user starts and that end at logoff. */
    userPrograms: list(fileName(), 'a list of file names').default([]),
    services: list(service, 'a list of services').default([]),
  }),
  (profile, blame) => {
    movedOut(profile, blame);
    known(profile, blame);
  },
);

/** A product profile, as its file says it. */
export type Profile = z.output<typeof profileSchema>;

type Blame = (path: PropertyKey[], wrong: string, expected: string) => void;

/** A service moved to below the component directory would block the update as before. */
function movedOut({ componentDirectory, services }: Profile, blame: Blame): void {
  if (typeof componentDirectory !== 'string' || !Array.isArray(services)) return;
  const inside = `${componentDirectory.toLowerCase()}\\`;
  for (const [index, each] of services.entries()) {
    const to: unknown = each?.relocateTo;
    if (typeof to !== 'string' || !`${to.toLowerCase()}\\`.startsWith(inside)) continue;
    blame(
      [`services`, index, 'relocateTo'],
      `is inside the component directory`,
      `a path outside ${componentDirectory}`,
    );
  }
}

function known({ executables, userPrograms, services }: Profile, blame: Blame): void {
  if (!Array.isArray(executables)) return;
  const names = new Set(executables.map((name) => String(name).toLowerCase()));
  const isStrange = (name: unknown): boolean => typeof name === 'string' && !names.has(name.toLowerCase());
  const wrong = 'is not one of the executables';
  for (const [index, name] of Array.isArray(userPrograms) ? userPrograms.entries() : []) {
    if (isStrange(name)) blame(['userPrograms', index], wrong, 'a name out of executables');
  }
  for (const [index, each] of Array.isArray(services) ? services.entries() : []) {
    if (isStrange(each?.executable))
      blame(['services', index, 'executable'], wrong, 'a name out of executables');
  }
}
