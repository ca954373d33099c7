import { visible } from '../../shared/visible-text.ts';

/**
 * What a spreadsheet runs as a formula (OWASP, CSV Injection): a sign at the beginning, also a
 * full-width one, and also behind blanks or invisible characters, which some programs leave out.
 */
const formula = /^[\s\u00A0\u200B-\u200D\u2060\uFEFF]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/u;

/**
 * Where a cell ends for a spreadsheet of another country: a quote in the middle of a line protects
 * nothing there.
 */
const ends = /([;|\t\n])/;

/**
 * A value as a field of CSV. An apostrophe keeps a text from being a formula, at its beginning and
 * wherever another separator would cut it. Line ends and tabs stay; other control characters, and
 * bidirectional ones, are replaced, because a terminal would execute them.
 */
export function csvField(value: string | number | boolean | null): string {
  if (typeof value !== 'string') return String(value ?? '');
  const parts = value.replaceAll(/\r\n?/g, '\n').split(ends);
  const tame = parts.map((part, at) => (at % 2 === 1 ? part : tamed(part))).join('');
  const text = /^[\t\n]/.test(tame) ? `'${tame}` : tame;
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const tamed = (text: string): string => visible(formula.test(text) ? `'${text}` : text);
