import type { Figure } from './figure.ts';

const columns = ['figure', 'value', 'from .. to', 'raw limit', 'ratio', 'aim'] as const;

/** The figures for people, one a line. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = [columns, ...figures.map(rowOf)];
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function rowOf({ name, unit, value, runs, limit, aim }: Figure): readonly string[] {
  const isOnce = runs.length === 1;
  return [
    name,
    `${digits(value)} ${unit}`,
    isOnce ? '' : `${digits(Math.min(...runs))} .. ${digits(Math.max(...runs))}`,
    limit === null ? '' : digits(limit.value),
    limit === null ? '' : limit.ratio.toFixed(2),
    aim === null ? '' : `${aim.text}: ${aim.met ? 'met' : 'missed'}`,
  ];
}

const digits = (value: number): string =>
  Number.isNaN(value)
    ? '?'
    : value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) < 100 ? 1 : 0 });
