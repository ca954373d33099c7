import { visibleJson } from '../../shared/visible-text.ts';
import { schemaVersion } from '../http/schemas/fields.ts';

/** Every document that `--json` prints carries the version. docs/json.md lists the fields. */
const numbered = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { schemaVersion, ...value } : value;

/** One JSON document, which a terminal shows and does not execute. */
export const jsonDocument = (value: unknown): string =>
  `${visibleJson(JSON.stringify(numbered(value), null, 2))}\n`;

/** The same in one line, where a command prints a document for each change. */
export const jsonLine = (value: unknown): string => `${visibleJson(JSON.stringify(numbered(value)))}\n`;

/** The beginning of a document with a list of any length, to which entries are added one by one. */
export const jsonListHead = (name: string): string => `{"schemaVersion":${schemaVersion},"${name}":[`;
