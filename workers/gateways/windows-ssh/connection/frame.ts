import { randomBytes } from 'node:crypto';
import { err, ok, type Result } from '../../../../shared/errors.ts';
import { decode } from './code-page.ts';
import { lineCharactersAtMost } from './quote.ts';

/**
 * A part of a line. servpack sends a client one line for cmd.exe, made of sections. Random markers
 * frame each section; they carry its number and, at its end, its exit code, because sshd returns
 * only the exit code of the whole line, and some versions only its lowest byte.
 */
export interface Section {
  readonly name: string;
  /** Commands of cmd.exe, quoted already. */
  readonly commands: string;
}

export interface Framed {
  readonly line: string;
  /** The random marker of this line. */
  readonly mark: string;
  readonly names: readonly string[];
}

/**
 * The output of a section, decoded and without markers, and its exit code; null when its end is
 * missing.
 */
export interface Part {
  readonly text: string;
  readonly exitCode: number | null;
}

export const newMark = (): string => `@@${randomBytes(6).toString('hex')}`;

/**
 * The beginning of a line. PowerShell and the Unix shells take it for a syntax error and run
 * nothing of the line. So the line does no harm in a shell other than cmd.exe, and the missing
 * marker shows that it is one.
 */
const opening = (mark: string): string => `if 1==1 (echo ${mark} begin)`;

/** Puts sections together to a line. Error: the line is longer than cmd.exe reads. */
export function framed(sections: readonly Section[], mark = newMark()): Result<Framed, string> {
  const parts = sections.map(
    ({ commands }, at) => `echo ${mark} ${at}& ver>nul& (${commands})& call echo ${mark} ${at} %^ERRORLEVEL%`,
  );
  return wrapped([opening(mark), ...parts].join('& '), mark, sections);
}

export function wrapped(
  line: string,
  mark: string,
  sections: readonly Pick<Section, 'name'>[],
): Result<Framed, string> {
  return line.length <= lineCharactersAtMost
    ? ok({ line, mark, names: sections.map(({ name }) => name) })
    : err(`a command line of ${line.length} characters is longer than cmd.exe reads`);
}

/** Did cmd.exe run the line? */
export const hasBegun = (output: Buffer, { mark }: Framed): boolean => output.includes(`${mark} begin`);

/**
 * The sections by name. Markers count anywhere in a line: a file may end without a line end before
 * one.
 */
export function partsOf(output: Buffer, framed: Framed, codePage: string): ReadonlyMap<string, Part> {
  const parts = new Map<string, Part>();
  for (const name of framed.names) {
    const part = partOf(output, framed, name, codePage);
    if (part !== null) parts.set(name, part);
  }
  return parts;
}

/** One section; null when its beginning is missing. */
export function partOf(output: Buffer, { mark, names }: Framed, name: string, codePage: string): Part | null {
  const at = names.indexOf(name);
  const crlf = output.indexOf(`${mark} ${at}\r`);
  const begin = crlf >= 0 ? crlf : output.indexOf(`${mark} ${at}\n`);
  if (begin < 0) return null;
  const from = output.indexOf('\n', begin) + 1;
  const end = endOfPart(output, `${mark} ${at} `, from);
  return {
    text: decode(output.subarray(from, end?.at ?? output.length), codePage),
    exitCode: end?.exitCode ?? null,
  };
}

/** Where a part ends in the output, and its exit code. */
export interface FrameEnd {
  readonly at: number;
  readonly exitCode: number;
}

/**
 * The marker of the end carries an exit code. A list of processes holds the line itself, with the
 * marker and no number behind it.
 */
export function endOfPart(output: Buffer, marker: string, from: number): FrameEnd | null {
  for (let at = output.indexOf(marker, from); at >= 0; at = output.indexOf(marker, at + 1)) {
    const code = /^-?\d+(?=\s)/.exec(
      output.toString('latin1', at + marker.length, at + marker.length + 12),
    )?.[0];
    if (code !== undefined) return { at, exitCode: Number(code) };
  }
  return null;
}
