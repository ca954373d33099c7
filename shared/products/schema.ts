import type { z } from 'zod';

import { across, field, flag, list, matching, oneOf, section, text } from '../input/fields.ts';
import { isServiceName, versionedId } from '../input/names.ts';
import { duration } from '../input/quantities.ts';
import { commandLineForm, isCommandLine } from './command-line.ts';
import { parseCsdver } from './csdver.ts';
import { configurationParsers, transcriptParsers, versionParsers } from './parsers.ts';
import { smsIniKeys } from './sms-ini.ts';

/**
 * The keys of a product profile: everything that servpack knows of a product without being changed
 * for it.
 */

/**
 * Windows drops dots and spaces at the end of a name, and `..` leads elsewhere: such a path names
 * another place than it seems to.
 */
const isWindowsPath = (value: string): boolean =>
  /^[A-Za-z]:(?:\\[^\\/:*?"<>|\p{Cc}]{1,100}){1,20}$/u.test(value) && !/[. ](?:\\|$)/.test(value);

const windowsPath = () => matching('a full Windows path such as C:\\MS\\SMS\\BIN', isWindowsPath);

/** Windows drops dots and spaces at the end of a name. */
const isFileName = (value: string): boolean =>
  /^[^\\/:*?"<>|\p{Cc}]{1,100}$/u.test(value) && value.trimStart() === value && !/[. ]$/.test(value);

const fileName = () => matching('a file name without its path', isFileName);

/** The Load value lists programs with spaces between them, so none of these has one in its name. */
const loadedProgram = () =>
  matching(
    'a file name without its path and without spaces',
    (value) => isFileName(value) && !/\s/.test(value),
  );

const namesOf = <Parsers extends object>(parsers: Parsers) =>
  Object.keys(parsers) as (keyof Parsers & string)[];

const serviceName = () => matching('the name of a service', isServiceName);

/** A key may be named like a service. */
const registryKey = () =>
  matching('a registry key such as HKLM\\SOFTWARE\\Vendor\\Product', (value) => {
    const [root, ...names] = value.split('\\');
    return root === 'HKLM' && names.length >= 1 && names.length <= 20 && names.every(isServiceName);
  });

const service = section({
  name: serviceName(),
  executable: fileName(),
  relocateTo: windowsPath(),
  /**
   * Registry keys that belong to the service, besides its own: their values are recorded before it
   * is relocated, and proved afterwards.
   */
  keys: list(registryKey(), 'a list of registry keys').default([]),
  /**
   * `repoint`: the service gets another image path. `reinstall`: the service is deleted and
   * created again, which only an account without a password allows.
   */
  moveBy: oneOf('repoint', 'reinstall').default('repoint'),
  /** The relocation is proved when the service still runs so long after its start. */
  settle: duration().default(30_000),
});

const commandLine = () => matching(commandLineForm, isCommandLine);

const mark = section({
  /**
   * `configuration`: servpack writes the phase into the configuration file, as Upgrade.bat does.
   * `command`: the client runs the command, which needs a login with rights on the network where
   * it reads a share.
   */
  kind: oneOf('configuration', 'command'),
  command: commandLine().nullable().default(null),
});

const update = section({
  /**
   * `logon`: mark, restart, the user's logon starts the program. `direct`: servpack runs the
   * program. `push`: servpack brings the files of the release itself, as `swap` says.
   */
  route: oneOf('logon', 'direct', 'push'),
  /**
   * The program that the users' Load value starts and that updates the client; route `push` needs
   * none.
   */
  program: loadedProgram().nullable().default(null),
  /**
   * Who reads the release from the logon server. `userLogon`: the user's own logon.
   * `passwordLogin`: a program that servpack runs, for which it logs in with a password; a key has
   * no rights on the network. With route `push` the client reads nothing there.
   */
  network: oneOf('userLogon', 'passwordLogin').default('userLogon'),
  mark: mark.default({ kind: 'configuration', command: null }),
  /** The update program installs an older release, too. Route `push` does it without this key. */
  downgrade: flag().default(false),
  /** What a direct run starts; it ends when the update has. */
  run: commandLine().nullable().default(null),
});

const word = (what: string) => matching(what, (value) => /^[\w.-]{1,60}$/.test(value));

/**
 * Route `push`: the new files are brought to the staging folder, the service is stopped, and the
 * new files replace the old ones.
 */
const swap = section({
  /** The service that runs out of the component directory and holds its files, if there is one. */
  service: serviceName().nullable().default(null),
  /** `staging` holds the new files, `backup` the old ones until the swap is proved. */
  staging: windowsPath(),
  backup: windowsPath(),
  /** The swap is proved when the service still runs so long after its start. */
  settle: duration().default(30_000),
  /** Keeps the old files in the backup folder after the swap. */
  keepBackup: flag().default(false),
});

/**
 * The line of the configuration file that marks a client for the update, and what it says before
 * and after.
 */
const phase = section({
  section: word('the name of a section'),
  key: word('the name of a key'),
  marked: word('a word'),
  unmarked: word('a word'),
});

/** A line of the configuration file that servpack only reads. */
const readLine = section({ section: word('the name of a section'), key: word('the name of a key') });

const logWords = () =>
  matching('words of at most 100 plain characters', (value) => /^[\w .:,-]{1,100}$/.test(value));

const servicePack = field('a service pack such as SP3', (value) =>
  typeof value === 'string' ? (parseCsdver(value) ?? undefined) : undefined,
);

export const profileSchema = across(
  section({
    product: versionedId(),
    title: text(),
    componentDirectory: windowsPath(),
    update,
    swap: swap.nullable().default(null),
    /**
     * Where the product says how far its setup is. Absent = it says so nowhere, and the files are
     * all the evidence.
     */
    configuration: section({
      file: windowsPath(),
      parser: oneOf(...namesOf(configurationParsers)),
      phase: phase.nullable().default(null),
      /**
       * The line with the files that the update could not bring. A client without this line does
       * not prove its upgrade. `null` = the product writes no such line.
       */
      filesNotDownloaded: readLine.nullable().default(smsIniKeys.filesNotDownloaded),
      /** The version of the list of files; current before any file has come, so no proof. */
      copyListVersion: readLine.nullable().default(smsIniKeys.copyListVersion),
    })
      .nullable()
      .default(null),
    /** `file`: where the update program writes it. */
    transcript: section({
      parser: oneOf(...namesOf(transcriptParsers)),
      file: windowsPath().nullable().default(null),
    })
      .nullable()
      .default(null),
    version: section({ file: fileName(), parser: oneOf(...namesOf(versionParsers)) })
      .nullable()
      .default(null),
    /**
     * The line of a file of the staged tree that every logon compares: a new value reaches all
     * clients at once.
     */
    siteWide: section({ file: fileName(), key: word('the name of a key') })
      .nullable()
      .default(null),
    /**
     * The log whose last line holds these words while a package runs; the service is not stopped
     * then.
     */
    busy: section({ file: windowsPath(), says: logWords() }).nullable().default(null),
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
    besides(profile, blame);
    known(profile, blame);
    complete(profile, blame);
  },
);

/** A product profile, as its file says it. */
export type Profile = z.output<typeof profileSchema>;

type Blame = (path: PropertyKey[], wrong: string, expected: string) => void;

/** A service that is moved inside the component directory would still block the update. */
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

/** servpack would take files that are kept inside the component directory for components. */
function besides({ componentDirectory, swap: how }: Profile, blame: Blame): void {
  if (typeof componentDirectory !== 'string' || typeof how !== 'object' || how === null) return;
  const inside = `${componentDirectory.toLowerCase()}\\`;
  for (const key of ['staging', 'backup'] as const) {
    const path: unknown = how[key];
    if (typeof path === 'string' && `${path.toLowerCase()}\\`.startsWith(inside))
      blame(['swap', key], 'is inside the component directory', `a path outside ${componentDirectory}`);
  }
  if (typeof how.staging === 'string' && how.staging.toLowerCase() === String(how.backup).toLowerCase())
    blame(['swap', 'backup'], 'is the staging folder', 'a folder of its own');
}

/** Blames what the chosen route needs and does not have. */
function complete({ update: chosen, configuration, swap: brings }: Profile, blame: Blame): void {
  const { route, run, mark: how, program } = chosen ?? {};
  if (route === 'push' && brings === null) blame(['swap'], 'is missing', 'how files are swapped');
  if (route !== 'push' && program === null)
    blame(['update', 'program'], 'is missing', 'a file name without its path');
  if (route !== 'push' && configuration === null)
    blame(['configuration'], 'is missing', 'the file that says how far the setup is');
  if (route === 'direct' && run === null)
    blame(['update', 'run'], 'is missing', 'the command line of a direct run');
  if (how?.kind === 'command' && how.command === null)
    blame(['update', 'mark', 'command'], 'is missing', 'the command line that marks a client');
  if (
    route === 'logon' &&
    how?.kind === 'configuration' &&
    configuration !== null &&
    configuration?.phase === null
  )
    blame(['configuration', 'phase'], 'is missing', 'the line that marks a client');
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
