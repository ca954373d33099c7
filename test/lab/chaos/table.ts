import { styleText } from 'node:util';
import type { Stories } from './verdict/audit.ts';
import type { Fault, Line } from './verdict/line.ts';

const faultsShown = 10;
const storiesShown = 5;

/** One line per invariant; the faults stand below a broken one. */
export function tableText(lines: readonly Line[]): readonly string[] {
  const width = Math.max(...lines.map(({ invariant }) => invariant.length));
  return lines.flatMap(({ invariant, on, faults }) => {
    const mark = faults.length === 0 ? styleText('green', 'holds ') : styleText('red', 'BROKEN');
    const more = faults.length > faultsShown ? [`           … and ${faults.length - faultsShown} more`] : [];
    const shown = faults
      .slice(0, faultsShown)
      .map(({ client, what }) => `           ${client ?? '-'}: ${what}`);
    return [`  ${mark} ${invariant.padEnd(width)}  ${on}`, ...shown, ...more];
  });
}

/** The audit entries of the clients that have a fault. */
export function storiesText(faults: readonly Fault[], stories: Stories): readonly string[] {
  const clients = new Set(faults.map(({ client }) => client));
  return [...clients]
    .filter((client) => client !== null)
    .slice(0, storiesShown)
    .flatMap((client) => [
      '',
      `The story of ${client}:`,
      ...(stories.get(client) ?? []).map(
        ({ at, who, from, to, because }) =>
          `  ${new Date(at).toISOString()} ${from} -> ${to} (${who.slice(0, 15)}): ${because}`,
      ),
    ]);
}
