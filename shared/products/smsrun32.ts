/** What a transcript of the update program says; see `Transcript` of the domain. */
export interface TranscriptText {
  readonly active: readonly string[];
  readonly inUse: boolean;
  readonly notUnderstood: readonly string[];
}

/**
 * A real transcript has some 300 characters. Beyond the limits it is cut, and a cut transcript
 * counts as not understood.
 */
const charactersAtMost = 64 * 1024;
const strangeLinesAtMost = 50;
const strangeLineCharactersAtMost = 200;

const activePrefix = 'client executable active:';

/** A blocked client prints these lines (Q168463). */
const inUseLines = [
  'warning: client component in use',
  'client component files will not be overwritten or removed',
];

/** Every client prints these lines, also when nothing was downloaded: they are no success. */
const plainLines = [
  'reading configuration',
  'verifying microsoft systems management server client installation',
];

/** SMSRUN.LOG has the moment and the program before the text of each line (Q167759). */
const loggedBy = /^\[[\d/]{1,12} [\d:]{1,12}\] [^>]{1,300} ==>/;

/** The first line of each run in SMSRUN.LOG (Q167759); what stands before is an older run. */
const runBegins = 'starting execution';

/**
 * Reads the text of `Smsrun32 /V`, or SMSRUN.LOG. Case, spacing and the number of dots at the end
 * do not matter. Several runs in one text add up where no line says that a run begins: a component
 * that was active in any of them counts, because a block that is believed too long costs a look and
 * a block that is overlooked costs the update. Never throws, in time linear to the text.
 */
export function parseSmsrun32(text: string): TranscriptText {
  const active = new Set<string>();
  const notUnderstood: string[] = [];
  let inUse = false;
  const said = text.slice(0, charactersAtMost).split(/[\r\n]+/);
  const texts = said.map((line) => line.trim().replace(loggedBy, '').trim());
  const begin = texts.findLastIndex((line) => line.toLowerCase().startsWith(runBegins));
  for (const raw of texts.slice(begin + 1)) {
    const line = plainForm(raw);
    const name = activeName(line);
    if (name !== null) active.add(name);
    else if (inUseLines.includes(line)) inUse = true;
    else if (line !== '' && !plainLines.includes(line))
      notUnderstood.push(raw.slice(0, strangeLineCharactersAtMost));
  }
  if (text.length > charactersAtMost) notUnderstood.unshift(`(cut after ${charactersAtMost} characters)`);
  return {
    active: [...active],
    inUse: inUse || active.size > 0,
    notUnderstood: notUnderstood.slice(0, strangeLinesAtMost),
  };
}

/**
 * Lower case, single spaces, no dots at the end. Written without a pattern that could backtrack.
 */
function plainForm(raw: string): string {
  const line = raw
    .replace('\uFEFF', '')
    .split(/\s/)
    .filter((word) => word !== '')
    .join(' ')
    .toLowerCase();
  let end = line.length;
  while (end > 0 && (line[end - 1] === '.' || line[end - 1] === ' ')) end -= 1;
  return line.slice(0, end);
}

/**
 * The file name of a `Client executable active:` line, with or without its path; null for every
 * other line.
 */
function activeName(line: string): string | null {
  if (!line.startsWith(activePrefix)) return null;
  const path = line.slice(activePrefix.length).trim();
  const name = path.slice(Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/')) + 1);
  return name === '' || name.length > 255 ? null : name;
}
