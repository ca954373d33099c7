/** A process in the list of `tasklist /fo csv /nh`. */
export interface ListedProcess {
  readonly executable: string;
  readonly pid: number;
  readonly session: number;
}

/** Reads lines `"name","pid","session name","session","memory"`; any other line is a message. */
export function parseTasklist(text: string): readonly ListedProcess[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const found = /^"([^"]+)","(\d+)","[^"]*","(\d+)",/.exec(line.trim());
    return found === null
      ? []
      : [{ executable: String(found[1]), pid: Number(found[2]), session: Number(found[3]) }];
  });
}

/** What only WMI knows about a process. */
export interface ProcessDetail {
  readonly imagePath: string;
  /** Epoch milliseconds. */
  readonly startedAt: number | null;
}

/**
 * Reads `wmic process get … /format:csv`, whose columns PowerShell prints too: node, creation date,
 * path, pid. A path may hold commas.
 */
export function parseDetails(text: string): ReadonlyMap<number, ProcessDetail> {
  const details = new Map<number, ProcessDetail>();
  for (const line of text.split(/\r?\n/)) {
    const found = /^[^,]*,([^,]*),(.+),(\d+)\s*$/.exec(line);
    if (found === null) continue;
    const [, created, imagePath, pid] = found;
    details.set(Number(pid), { imagePath: String(imagePath), startedAt: wmiTime(created ?? '') });
  }
  return details;
}

/**
 * Epoch milliseconds of `yyyymmddHHMMSS.ffffff±minutes` (local time, offset from UTC); null for
 * another text.
 */
export function wmiTime(text: string): number | null {
  const found = /(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\.(\d{3})\d{0,3}([+-]\d{3})/.exec(text);
  return found === null ? null : epochOf(found);
}

function epochOf(found: readonly string[]): number {
  const [year, month, day, hour, minute, second, ms, offset] = found.slice(1).map(Number);
  const local = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second, ms);
  return local - (offset ?? 0) * 60_000;
}
