/** How wide a transcript is. */
const width = 130;

/** The service of the domain tests has a name that makes long lines. */
const short = (words: string): string =>
  words.replaceAll(/sms_package_command_manager_nt/gi, (name) => (name.startsWith('S') ? 'PCM' : 'pcm'));

/**
 * Words in lines of the transcript's width; every line after the first begins under the first one's
 * words.
 */
export function wrapped(head: string, words: string): string {
  const room = width - head.length;
  const lines: string[] = [];
  let line = '';
  for (const word of short(words).split(' ')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.map((each, at) => `${at === 0 ? head : ' '.repeat(head.length)}${each}`.trimEnd()).join('\n');
}

/** Cells side by side, each as wide as its column. */
export const row = (cells: readonly (readonly [text: string, width: number])[]): string =>
  cells
    .map(([text, columns]) => text.padEnd(columns))
    .join('  ')
    .trimEnd();

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** `Mon 20:00:05`, UTC: no story is longer than a week. */
export function momentOf(at: number): string {
  const moment = new Date(at);
  const day = days[moment.getUTCDay()] ?? '';
  return `${day} ${moment.toISOString().slice(11, 19)}`;
}

/** `1 h 30 min`. */
export function spanOf(ms: number): string {
  const seconds = ms / 1_000;
  const parts = [
    [Math.floor(seconds / 3_600), 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

/** `3 looks`, `1 look`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** `restart 1, logon 2`, by name. */
export const countsOf = (counts: Readonly<Record<string, number | undefined>>): string =>
  Object.entries(counts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `${name} ${count ?? 0}`)
    .join(', ');
