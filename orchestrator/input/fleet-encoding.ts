import { err, ok, type Result } from '../../shared/errors.ts';
import { type InputFault, lineAt, wholeFile } from '../../shared/input/input-fault.ts';

export type Encoding = 'UTF-8' | 'UTF-16 LE' | 'UTF-16 BE' | 'Windows-1252';

export interface FleetText {
  readonly text: string;
  readonly encoding: Encoding;
}

/**
 * The text of a fleet file. Excel saves "CSV" in the code page of Windows, "CSV UTF-8" with a byte
 * order mark, and "Unicode text" as UTF-16 with a mark (Microsoft, "File formats that are supported
 * in Excel"). A mark decides; without one, valid UTF-8 is UTF-8 and the rest is Windows-1252. A
 * byte that fits no form has a fault with its line and column.
 */
export function decodeFleet(bytes: Uint8Array, file: string): Result<FleetText, InputFault[]> {
  const mark = marks.find(({ start }) => start.every((byte, at) => bytes[at] === byte));
  if (mark !== undefined) return decoded(bytes, file, mark.encoding);
  const zero = bytes.indexOf(0);
  if (zero >= 0) {
    const wrong = `has a zero byte${placeOf(bytes, zero)}, as UTF-16 without a byte order mark has`;
    return refuse(file, lineOf(bytes, zero), wrong);
  }
  const utf8 = decoded(bytes, file, 'UTF-8');
  return utf8.ok ? utf8 : westernText(bytes, file, utf8.error);
}

const marks: readonly { readonly start: readonly number[]; readonly encoding: Encoding }[] = [
  { start: [0xef, 0xbb, 0xbf], encoding: 'UTF-8' },
  { start: [0xff, 0xfe], encoding: 'UTF-16 LE' },
  { start: [0xfe, 0xff], encoding: 'UTF-16 BE' },
];

function decoded(bytes: Uint8Array, file: string, encoding: Encoding): Result<FleetText, InputFault[]> {
  const label = encoding.replace(' ', '').toLowerCase();
  const text = new TextDecoder(label).decode(bytes);
  const zero = text.indexOf('\0');
  if (zero >= 0)
    return refuse(file, lineAt(text, zero), `has a zero character in column ${columnAt(text, zero)}`);
  try {
    new TextDecoder(label, { fatal: true }).decode(bytes);
    return ok({ text, encoding });
  } catch {
    const bad = text.indexOf('\uFFFD');
    return refuse(file, lineAt(text, bad), `is not ${encoding} text in column ${columnAt(text, bad)}`);
  }
}

/** Windows-1252 has no character for these bytes (Unicode Consortium, CP1252.TXT). */
const undefinedBytes: ReadonlySet<number> = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d]);

/**
 * A letter or a dash of UTF-8, which Windows-1252 shows as `Ã¼` or `â€“`. Nobody writes these; a
 * file with one, and with a byte that is not UTF-8, was put together from two files. The no-break
 * space is left out: it may follow a name that ends in Ã.
 */
const utf8Letter = /\xC3[\x80-\x9F\xA1-\xBF]|\xE2\x80[\x80-\xBF]/;

function westernText(
  bytes: Uint8Array,
  file: string,
  notUtf8: readonly InputFault[],
): Result<FleetText, InputFault[]> {
  const bad = bytes.findIndex((byte) => undefinedBytes.has(byte));
  const letter = latin1(bytes).search(utf8Letter);
  if (letter >= 0) {
    const also = `, and is UTF-8 text in line ${lineOf(bytes, letter)}${placeOf(bytes, letter)}`;
    return err(
      notUtf8.map((fault) => ({
        ...fault,
        wrong: `${fault.wrong}${also}`,
        expected: 'one encoding in the whole file',
      })),
    );
  }
  if (bad < 0) return ok({ text: new TextDecoder('windows-1252').decode(bytes), encoding: 'Windows-1252' });
  const hex = (bytes[bad] ?? 0).toString(16).toUpperCase();
  const wrong = `has the byte 0x${hex}${placeOf(bytes, bad)}, which is neither UTF-8 nor Windows-1252`;
  return refuse(file, lineOf(bytes, bad), wrong);
}

/** So many characters are made in one call: a call takes its arguments on the stack. */
const pieceBytes = 8_192;

/**
 * One character for each byte: places in bytes are places in this text. The page reads files, too,
 * and a browser has no `Buffer`.
 */
function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let from = 0; from < bytes.length; from += pieceBytes)
    text += String.fromCharCode(...bytes.subarray(from, from + pieceBytes));
  return text;
}

const lineOf = (bytes: Uint8Array, at: number): number => lineAt(latin1(bytes.subarray(0, at)), at);

const placeOf = (bytes: Uint8Array, at: number): string =>
  ` in column ${columnAt(latin1(bytes.subarray(0, at)), at)}`;

/** The column, from 1, of the character at `offset`. */
const columnAt = (text: string, offset: number): number =>
  offset - Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1));

const refuse = (file: string, line: number, wrong: string): Result<never, InputFault[]> =>
  err([{ file, line, key: wholeFile, wrong, expected }]);

const expected = 'UTF-8, UTF-16 with a byte order mark, or Windows-1252';
