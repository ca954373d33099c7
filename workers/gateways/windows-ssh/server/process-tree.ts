/** A process, as WMI lists it. Wine's WMI tells no command line but its own. */
export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly commandLine: string;
}

/** Every listing of processes has this word in its own command line. */
const ofListing = 'ParentProcessId';

/**
 * Prints a row for each process: command line, parent, process. PowerShell asks where wmic is gone
 * (Windows 11 24H2) or fails. No pipe: wmic is a child of the cmd.exe that runs the line.
 */
export const listProcesses = [
  `(wmic process get CommandLine,${ofListing},ProcessId /format:csv <nul 2>nul || `,
  'powershell -NoProfile -NonInteractive -Command "Get-WmiObject Win32_Process | ForEach-Object { ',
  `',' + $_.CommandLine + ',' + $_.${ofListing} + ',' + $_.ProcessId }" <nul 2>nul)`,
].join('');

/**
 * Reads the rows of `listProcesses`, which end in two numbers: with commas between, or in columns
 * where wmic does not know `/format:csv`. A command line may hold commas and spaces.
 */
export const parseProcesses = (text: string): readonly ProcessRow[] =>
  text.split(/[\r\n]+/).flatMap((line) => {
    const found = /^(.*?)[\s,]+(\d{1,10})[\s,]+(\d{1,10})\s*$/.exec(`,${line}`);
    return found === null
      ? []
      : [{ commandLine: String(found[1]), parent: Number(found[2]), pid: Number(found[3]) }];
  });

/**
 * The processes that run a line: those whose command line holds its mark. Where WMI tells no
 * foreign command lines, the parent of the listing itself, which the line has begun with.
 */
export function runnersOf(rows: readonly ProcessRow[], mark: string): ReadonlySet<number> {
  const marked = rows.filter(({ commandLine }) => commandLine.includes(mark));
  const listing = rows.filter(({ commandLine }) => commandLine.includes(ofListing));
  return new Set(marked.length > 0 ? marked.map(({ pid }) => pid) : listing.map(({ parent }) => parent));
}

/**
 * The processes below some others, parents first: a parent that ends first starts nothing more.
 * @param roots their pids; the roots themselves may have ended
 * @param before pids that a listing named before: Windows gives numbers of ended processes to new
 * ones, so such a process only seems to be a child
 */
export function descendantsOf(
  rows: readonly ProcessRow[],
  roots: ReadonlySet<number>,
  before: ReadonlySet<number>,
): readonly number[] {
  const found = new Set<number>();
  for (let parents: readonly number[] = [...roots]; parents.length > 0;) {
    parents = rows
      .filter(({ pid, parent }) => parents.includes(parent) && !roots.has(pid) && !found.has(pid))
      .map(({ pid }) => pid)
      .filter((pid) => !before.has(pid));
    for (const pid of parents) found.add(pid);
  }
  return [...found];
}
