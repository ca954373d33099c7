import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import { reasonOf } from '../../../shared/reason-of.ts';
import { transcriptIn } from '../../http/checkin/request.ts';
import { type Encoding, readFleetText, readInputFile, yamlBytesAtMost } from '../../input-file.ts';
import type { InputFault } from '../../../shared/input/input-fault.ts';
import { badFile, type Refusal } from '../../refusal.ts';

/**
 * Reads a file that is sent to the orchestrator. The answer has its name as the operator wrote it,
 * because the faults name the file.
 */
export async function readFileOf(
  file: string,
  bytesAtMost = yamlBytesAtMost,
): Promise<Result<{ file: string; text: string }, Refusal>> {
  const text = await readInputFile(file, bytesAtMost);
  return text.ok ? ok({ file, text: text.value }) : err(await unreadable(file, text.error));
}

/** Reads a fleet file that is sent to the orchestrator, and says which encoding it has. */
export async function readFleetOf(
  file: string,
): Promise<Result<{ input: { file: string; text: string }; encoding: Encoding }, Refusal>> {
  const read = await readFleetText(file);
  if (!read.ok) return err(await unreadable(file, read.error));
  const { text, encoding } = read.value;
  return ok({ input: { file, text }, encoding });
}

/** Names the nearest file of the folder, where there is no file of this name. */
async function unreadable(file: string, faults: readonly InputFault[]): Promise<Refusal> {
  const refusal = badFile(file, faults);
  if (existsSync(file)) return refusal;
  const { nearest } = await import('../../../shared/input/nearest.ts');
  const folder = dirname(file);
  const near = nearest(basename(file), await readdir(folder).catch(() => []));
  if (near === null) return refusal;
  const meant = `did you mean ${file.slice(0, file.length - basename(file).length)}${near}?`;
  return { ...refusal, message: `${refusal.message} (${meant})` };
}

/**
 * The refusal of a fleet file. It says which encoding was assumed, where the file itself does not
 * say so: another one would give other values.
 */
export const refusedAs = (refusal: Refusal, encoding: Encoding): Refusal =>
  encoding === 'Windows-1252'
    ? { ...refusal, message: `${refusal.message} (the file was read as ${encoding})` }
    : refusal;

/** The orchestrator keeps 16 KiB, so a longer text is of no use. */
const transcriptBytesAtMost = 128 * 1024;

/**
 * Reads a transcript from a file, or from stdin where the name is `-`. The programs that write
 * transcripts are old, and Windows PowerShell writes UTF-16: the text is read as a check-in's
 * is. A long text is cut.
 */
export async function readTranscript(file: string): Promise<Result<string, Refusal>> {
  try {
    const bytes = file === '-' ? await readStdin() : await readFile(file);
    return ok(transcriptIn(bytes.subarray(0, transcriptBytesAtMost)) ?? '');
  } catch (error) {
    return err(
      fault(
        'input.transcript',
        `the transcript ${file} cannot be read: ${reasonOf(error)}; give a file, or - for stdin`,
      ),
    );
  }
}

const readStdin = async (): Promise<Buffer> =>
  Buffer.concat(await Array.fromAsync(process.stdin as AsyncIterable<Buffer>));
