import { readFile, stat } from 'node:fs/promises';

import { err } from '../shared/errors.ts';
import { reasonOf } from '../shared/reason-of.ts';
import type { Result } from '../shared/errors.ts';
import { wholeFile } from '../shared/input/input-fault.ts';
import type { InputFault } from '../shared/input/input-fault.ts';
import { decodeFleet, type FleetText } from './input/fleet-encoding.ts';
import { decodeText } from '../shared/input/operator-file.ts';

export type { Encoding } from './input/fleet-encoding.ts';

/**
 * The largest YAML file. 512 KiB are some 30,000 lines, and bound the time that a malicious file
 * costs.
 */
export const yamlBytesAtMost = 512 * 1024;

/** The calendar files of one campaign file have at most 1 MiB together. */
export const icsBytesAtMost = 1024 * 1024;

/** A campaign file and its calendar files; as JSON a text may be up to twice as long. */
export const campaignBodyAtMost = 2 * (yamlBytesAtMost + icsBytesAtMost);

/** The largest fleet file. A million clients take about 60 MiB. */
export const fleetBytesAtMost = 128 * 1024 * 1024;

/** Reads a fleet file in whatever encoding it is; see `decodeFleet`. */
export const readFleetText = (path: string): Promise<Result<FleetText, InputFault[]>> =>
  readBytes(path, fleetBytesAtMost, (bytes) => decodeFleet(bytes, path));

/**
 * Reads a text file that an operator wrote. A byte order mark stays, so that the SHA-256 of the
 * text is the SHA-256 of the file. A file that is missing, unreadable, too large or not UTF-8 has
 * one fault.
 */
export const readInputFile = (path: string, bytesAtMost: number): Promise<Result<string, InputFault[]>> =>
  readBytes(path, bytesAtMost, (bytes) => decodeInput(bytes, path, bytesAtMost));

async function readBytes<T>(
  path: string,
  bytesAtMost: number,
  decode: (bytes: Uint8Array) => Result<T, InputFault[]>,
): Promise<Result<T, InputFault[]>> {
  try {
    const found = await stat(path);
    if (!found.isFile()) return refuse(path, 1, 'is not a file', 'a text file');
    if (found.size > bytesAtMost) return tooLarge(path, found.size, bytesAtMost);
    return decode(await readFile(path));
  } catch (thrown) {
    return refuse(path, 1, `cannot be read (${reasonOf(thrown)})`, 'a readable text file');
  }
}

/** The text of the bytes of a file, or the one fault that keeps them from being read as UTF-8. */
export function decodeInput(
  bytes: Uint8Array,
  file: string,
  bytesAtMost: number,
): Result<string, InputFault[]> {
  if (bytes.length > bytesAtMost) return tooLarge(file, bytes.length, bytesAtMost);
  const text = decodeText(bytes);
  return text.ok ? text : refuse(file, text.error.line, text.error.wrong, 'UTF-8 text');
}

const tooLarge = (file: string, bytes: number, atMost: number): Result<never, InputFault[]> =>
  refuse(file, 1, `has ${bytes} bytes`, `at most ${atMost} bytes`);

const refuse = (file: string, line: number, wrong: string, expected: string): Result<never, InputFault[]> =>
  err([{ file, line, key: wholeFile, wrong, expected }]);
