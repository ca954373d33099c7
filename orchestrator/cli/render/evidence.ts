import { many, safe, safeLines, type View } from './view.ts';
import { folded, wrapped } from './wrap.ts';

/**
 * What a look found, for a person: a field a line, nested under its name, empty fields left out and
 * counted. What is no JSON (the output of a command, or a text that was cut) stays as it is.
 * @param indent stands before each line
 */
export function evidenceInWords(view: View, text: string, indent = '  '): readonly string[] {
  const found = parsed(text);
  return found === null
    ? folded(
        view,
        safeLines(text.trimEnd()).map((line) => `${indent}${line}`),
      )
    : fieldLines(view, found, indent);
}

/** Lines of a text, or entries of a list, that a summary shows; of more it gives the number. */
const summaryAtMost = 6;

/** The same in short: of long texts and lists only their length. */
export function evidenceSummary(view: View, text: string): readonly string[] {
  const found = parsed(text);
  if (found !== null)
    return fieldLines(
      view,
      Object.fromEntries(Object.entries(found).map(([name, value]) => [name, shortened(value)])),
      '  ',
    );
  const lines = safeLines(text.trimEnd());
  const more = lines.length - summaryAtMost;
  return [
    ...folded(
      view,
      lines.slice(0, summaryAtMost).map((line) => `  ${line}`),
    ),
    ...(more > 0 ? [`  … and ${many(more, 'more line', 'more lines')}`] : []),
  ];
}

function shortened(value: unknown): unknown {
  const lines = typeof value === 'string' ? safeLines(value.trimEnd()).length : 0;
  if (lines > summaryAtMost) return many(lines, 'line');
  return Array.isArray(value) && value.length > summaryAtMost
    ? many(value.length, 'entry', 'entries')
    : value;
}

type Fields = Readonly<Record<string, unknown>>;

function parsed(text: string): Fields | null {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : null;
  } catch {
    return null;
  }
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function fieldLines(view: View, fields: Fields, indent: string): readonly string[] {
  const all = Object.entries(fields);
  const shown = all.filter(([, value]) => !isEmpty(value));
  const empty = all.filter(([, value]) => isEmpty(value)).map(([name]) => nameInWords(name));
  const width = Math.max(0, ...shown.filter(([, value]) => isShort(value)).map(([name]) => name.length)) + 3;
  return [
    ...shown.flatMap(([name, value]) => lineOf(view, name, value, indent, width)),
    ...(empty.length === 0 ? [] : wrapped(view, `${indent}none: `, empty.join(', '), 'dim')),
  ];
}

function lineOf(view: View, name: string, value: unknown, indent: string, width: number): readonly string[] {
  const head = `${indent}${nameInWords(name)}`;
  const below = `${indent}  `;
  if (isShort(value))
    return wrapped(view, `${indent}${nameInWords(name).padEnd(width)}`, scalarInWords(name, value), 'dim');
  const body =
    typeof value === 'string'
      ? folded(
          view,
          safeLines(value.trimEnd()).map((line) => `${below}${line}`),
        )
      : Array.isArray(value)
        ? value.flatMap((each: unknown) => itemLines(view, each, below))
        : fieldLines(view, value as Fields, below);
  return [view.paint('dim', safe(`${head}:`)), ...body];
}

/** An entry of a list: its name first, then its other fields in one sentence. */
function itemLines(view: View, item: unknown, indent: string): readonly string[] {
  if (!isFields(item)) return wrapped(view, indent, scalarInWords('', item));
  const { name, ...rest } = item;
  const parts = Object.entries(rest)
    .filter(([, value]) => !isEmpty(value))
    .map(([key, value]) => `${nameInWords(key)} ${scalarInWords(key, value)}`);
  const head = typeof name === 'string' ? `${name}  ` : '';
  return wrapped(view, `${indent}${head}`, parts.length === 0 ? '(nothing more)' : parts.join(', '));
}

const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

/** Is the value shown on the line of its name? */
const isShort = (value: unknown): boolean =>
  (typeof value === 'string' && !/[\r\n]/.test(value.trimEnd())) ||
  typeof value === 'number' ||
  typeof value === 'boolean';

/** `pendingRestart` -> `pending restart`; a name in capitals stays. */
const nameInWords = (name: string): string =>
  safe(name.replaceAll(/(?<=[a-z])[A-Z](?=[a-z])/g, (letter) => ` ${letter.toLowerCase()}`));

/** Epoch milliseconds between 1980 and 2100, where the name of the field says that it is a time. */
const isMoment = (name: string, value: number): boolean =>
  /(?:At|^at|^since|^until)$/.test(name) && value > 315_532_800_000 && value < 4_102_444_800_000;

function scalarInWords(name: string, value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number')
    return isMoment(name, value)
      ? Temporal.Instant.fromEpochMilliseconds(value).toString({ smallestUnit: 'second' })
      : String(value);
  if (typeof value === 'string') return value.trimEnd();
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
    ? value.join(' ')
    : JSON.stringify(value);
}
