import { bare } from './blanks.ts';

/** Values that a source does not have as they are: constants, and texts with `{COLUMN}` in them. */
export interface FleetTemplates {
  /** What a column of servpack is where the row has no value for it. */
  readonly values: Readonly<Record<string, string>>;
  /** Labels of every row. One that names a column without a value is left out. */
  readonly labels: readonly string[];
}

export const noTemplates: FleetTemplates = { values: {}, labels: [] };

const placeholder = /\{([^{}]*)\}/g;

/** Braces stand in pairs, with a name between them. */
export const isTemplate = (text: string): boolean => {
  const rest = text.replaceAll(placeholder, (_, name: string) => (name.trim() === '' ? '{' : ''));
  return text.trim() !== '' && !/[{}]/.test(rest);
};

const plain = (name: string): string => bare(name).toLowerCase();

/** The columns of the source that these templates name, each once. */
export function columnsNamedIn({ values, labels }: FleetTemplates): readonly string[] {
  const names = [...Object.values(values), ...labels].flatMap((template) =>
    [...template.matchAll(placeholder)].map(([, name = '']) => bare(name)),
  );
  return [...new Map(names.map((name) => [plain(name), name])).values()];
}

/** The position of each column of a header, by its name in lower case. */
export const placesIn = (header: readonly string[]): ReadonlyMap<string, number> =>
  new Map(header.map((cell, at) => [plain(cell), at]));

/** The template with the values of a row; empty when a column that it names has no value there. */
export function filled(
  template: string,
  places: ReadonlyMap<string, number>,
  cells: readonly string[],
): string {
  const valueOf = (name: string): string => cells[places.get(plain(name)) ?? -1] ?? '';
  const names = [...template.matchAll(placeholder)].map(([, name = '']) => name);
  if (names.some((name) => valueOf(name) === '')) return '';
  return template.replaceAll(placeholder, (_, name: string) => valueOf(name));
}
