import type { LoadEntry } from '../../shared/domain/observation/observation.ts';

/**
 * Does the Load value (HKCU ...\Windows NT\CurrentVersion\Windows) of those logged on start the update program? It
 * lists programs, separated by spaces or commas, with or without path and `.exe`. Missing, the update never starts;
 * double, two instances get into each other's way (Q174952, Q230660, Q216552). With several people logged on, a
 * double entry of one of them is enough to be in the way, and a single entry of one of them is enough to start it.
 */
export function readLoadEntry(
  users: readonly { readonly load: string | null }[],
  program: string,
): LoadEntry {
  if (users.length === 0) return 'nobodyLoggedOn';
  const most = Math.max(...users.map(({ load }) => timesStarted(load ?? '', program)));
  if (most === 0) return 'missing';
  return most === 1 ? 'once' : 'double';
}

/** How often `program` stands in a Load value. */
export const timesStarted = (load: string, program: string): number =>
  load
    .slice(0, 4096)
    .split(/[\s,;"]+/)
    .filter((word) => programName(word) === programName(program)).length;

const programName = (path: string): string =>
  path
    .slice(Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/')) + 1)
    .toLowerCase()
    .replace(/\.exe$/, '');
