import { dirname, resolve } from 'node:path';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import { icsBytesAtMost, readInputFile } from '../../input-file.ts';
import { badFile, type Refusal } from '../../refusal.ts';
import { readFileOf } from './input-file.ts';

/** What is sent of a campaign file; `calendars` are the calendar files by their names in it. */
interface CampaignText {
  readonly file: string;
  readonly text: string;
  readonly calendars?: Readonly<Record<string, string>>;
}

/**
 * Reads a campaign file that is sent to the orchestrator, and the calendar files that its blackouts
 * name, which are found from its folder.
 */
export async function readCampaignOf(file: string): Promise<Result<CampaignText, Refusal>> {
  const input = await readFileOf(file);
  if (!input.ok || !/\.ics\b/i.test(input.value.text)) return input;
  const calendars: Record<string, string> = {};
  let left = icsBytesAtMost;
  for (const name of await calendarsIn(input.value.text)) {
    const path = resolve(dirname(file), name);
    const text = await readInputFile(path, icsBytesAtMost);
    if (!text.ok) return err(badFile(name, text.error));
    left -= Buffer.byteLength(text.value);
    if (left < 0)
      return err(fault('input.ics', `the calendar files of ${file} have more than 1 MiB together`));
    calendars[name] = text.value;
  }
  return ok(Object.keys(calendars).length === 0 ? input.value : { ...input.value, calendars });
}

/** What is wrong with the file is said by the orchestrator, which reads it whole. */
async function calendarsIn(text: string): Promise<readonly string[]> {
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text);
  if (document.errors.length > 0 || /(^|[\s[{,:-])\*\w/m.test(text)) return [];
  const { blackouts } = Object(document.toJS()) as { blackouts?: unknown };
  const names = (Array.isArray(blackouts) ? blackouts : []).map(
    (each: unknown) => (Object(each) as { ics?: unknown }).ics,
  );
  return [
    ...new Set(names.filter((name): name is string => typeof name === 'string' && /\.ics$/i.test(name))),
  ];
}
