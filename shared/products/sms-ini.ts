import type { SetupPhase } from '../domain/observation/observation.ts';

/** What the product's configuration file says about the update. */
export interface Configuration {
  readonly setupPhase: SetupPhase;
  readonly filesNotDownloaded: readonly string[];
  /**
   * The client takes over the logon server's CopyListVersion *before* it copies any file. A current
   * value says that an update began, never that it ended. So the observation leaves it out, and it
   * only serves to explain a client. The phase, FilesNotDownloaded and the hashes of the files
   * together prove success.
   */
  readonly copyListVersion: string | null;
}

/** Far more than any real SMS.INI. The limit bounds the cost of a broken file. */
const charactersAtMost = 256 * 1024;

/**
 * Reads `[Local]` of an SMS.INI the way Windows reads an INI file: any case, CRLF or LF, lines
 * beginning with `;` are comments, quotes around a value do not belong to it, the first of several
 * equal keys wins. Never throws; what is missing or not understood makes the phase 'unknown',
 * which is never success.
 */
export function parseSmsIni(text: string | null): Configuration {
  const local = readSection((text ?? '').slice(0, charactersAtMost), 'local');
  return {
    setupPhase: readPhase(local.get('setupphase')),
    filesNotDownloaded: readNames(local.get('filesnotdownloaded')),
    copyListVersion: local.get('copylistversion') || null,
  };
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
const readPhase = (value = ''): SetupPhase =>
  value.toLowerCase() === 'installed'
    ? 'installed'
    : (phases.get(value.toLowerCase().replaceAll(/[\s_-]/g, '')) ?? 'unknown');

/** Names in lower case, separated by commas, semicolons or spaces, each once. */
const readNames = (value = ''): string[] => [
  ...new Set(
    value
      .toLowerCase()
      .split(/[\s,;"]+/)
      .filter((name) => name !== ''),
  ),
];

/**
 * Keys (lower case) and values of every section called `wanted`, the first of several equal keys.
 */
function readSection(text: string, wanted: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let isWanted = false;
  for (const raw of text.replace(/^\uFEFF/, '').split(/[\r\n]+/)) {
    const line = raw.trim();
    if (line.startsWith('[')) isWanted = sectionName(line) === wanted;
    else if (isWanted && !line.startsWith(';')) addValue(values, line);
  }
  return values;
}

/** A line that was cut off before its bracket names no section: `[Locals` is not `[Local]`. */
function sectionName(line: string): string | null {
  const end = line.indexOf(']');
  return end < 0 ? null : line.slice(1, end).trim().toLowerCase();
}

function addValue(values: Map<string, string>, line: string): void {
  const equals = line.indexOf('=');
  if (equals < 1) return;
  const key = line.slice(0, equals).trim().toLowerCase();
  if (!values.has(key)) values.set(key, unquoted(line.slice(equals + 1).trim()));
}

const unquoted = (value: string): string => {
  const [first] = value;
  const isQuoted = value.length >= 2 && (first === '"' || first === "'") && value.endsWith(first);
  return isQuoted ? value.slice(1, -1).trim() : value;
};
