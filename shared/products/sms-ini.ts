import type { SetupPhase } from '../domain/observation/observation.ts';
import { type IniKey, iniLines, iniValue } from './ini-file.ts';

/** What the product's configuration file says about the update. */
export interface Configuration {
  readonly setupPhase: SetupPhase;
  /**
   * Null when the file does not say what is left to download: an empty list is said by an empty
   * line, never by no line.
   */
  readonly filesNotDownloaded: readonly string[] | null;
  /**
   * The client takes over the logon server's CopyListVersion *before* it copies any file (Q166771).
   * A current value says that an update began, never that it ended. So the observation leaves it
   * out, and it only serves to explain a client. The phase, FilesNotDownloaded and the hashes of
   * the files together prove success.
   */
  readonly copyListVersion: string | null;
}

/** Where the configuration file of a product says what. Null = the product says it nowhere. */
export interface ConfigurationKeys {
  readonly phase: IniKey;
  readonly filesNotDownloaded: IniKey | null;
  readonly copyListVersion: IniKey | null;
}

/**
 * The sections of SMS 1.2: the chapter "SMS.INI" of the BackOffice Resource Kit with its sample
 * file, and Q168598, Q166771 and Q168724.
 */
export const smsIniKeys = {
  phase: { section: 'Local', key: 'SetupPhase' },
  filesNotDownloaded: { section: 'WorkstationStatus', key: 'FilesNotDownloaded' },
  copyListVersion: { section: 'SMS', key: 'CopyListVersion' },
} as const satisfies ConfigurationKeys;

/** Far more than any real SMS.INI. The limit bounds the cost of a broken file. */
const charactersAtMost = 256 * 1024;

/**
 * Reads an SMS.INI the way Windows reads an INI file (`iniValue`). Never throws. What is missing
 * or not understood makes the phase 'unknown' and the list of files null: never success.
 */
export function parseSmsIni(text: string | null, keys: ConfigurationKeys = smsIniKeys): Configuration {
  const lines = wholeLines(text ?? '');
  const valueOf = (where: IniKey | null): string | null => (where === null ? null : iniValue(lines, where));
  const notDownloaded = valueOf(keys.filesNotDownloaded);
  return {
    setupPhase: readPhase(valueOf(keys.phase) ?? ''),
    filesNotDownloaded:
      keys.filesNotDownloaded === null ? [] : notDownloaded === null ? null : readNames(notDownloaded),
    copyListVersion: valueOf(keys.copyListVersion) || null,
  };
}

/** The lines within the limit. The last line of a cut text may be half a line: it is left out. */
function wholeLines(text: string): readonly string[] {
  const lines = iniLines(text.slice(0, charactersAtMost));
  return text.length > charactersAtMost ? lines.slice(0, -1) : lines;
}

/** The spellings seen in articles and on clients, without case, spaces, `-` and `_`. */
const phases: ReadonlyMap<string, SetupPhase> = new Map([
  ['upgrade', 'upgrade'],
  ['verifyfiles', 'verifyFiles'],
  ['verifyingfiles', 'verifyFiles'],
  ['componentdeinstall', 'componentDeinstall'],
  ['componentdeinstal', 'componentDeinstall'],
  ['deinstall', 'deinstall'],
  ['deinstal', 'deinstall'],
]);

/** `installed` is half of every success, so only its exact spelling counts. */
const readPhase = (value: string): SetupPhase =>
  value.toLowerCase() === 'installed'
    ? 'installed'
    : (phases.get(value.toLowerCase().replaceAll(/[\s_-]/g, '')) ?? 'unknown');

/** Names in lower case, separated by commas, semicolons or spaces, each once. */
const readNames = (value: string): string[] => [
  ...new Set(
    value
      .toLowerCase()
      .split(/[\s,;"]+/)
      .filter((name) => name !== ''),
  ),
];
