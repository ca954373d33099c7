/** What begins like a formula would be run by a spreadsheet: an apostrophe keeps it a text. */
export function csvField(value: string | number | boolean | null): string {
  const text = String(value ?? '');
  const tame = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame;
}
