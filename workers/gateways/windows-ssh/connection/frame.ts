import { randomBytes } from 'node:crypto';
import { err, ok, type Result } from '../../../../shared/errors.ts';
import { decode } from './code-page.ts';
import { lineCharactersAtMost } from './quote.ts';

/**
 * What is sent to a client is one line for cmd.exe, made of sections. Each is framed by markers that nobody can foresee and that carry
 * the number of the section and, at its end, the exit code, for sshd hands on only the last one, and some only its lowest byte.
 */
export interface Section {
  readonly name: string;
  /** Commands of cmd.exe, safe as they stand. */
  readonly commands: string;
}

export interface Framed {
  readonly line: string;
  /** Marks what belongs to this call. */
  readonly mark: string;
  readonly names: readonly string[];
}

/** What one section brought: decoded text without the markers, and its exit code; null while its end was not seen. */
export interface Part {
  readonly text: string;
  readonly exitCode: number | null;
}

export const newMark = (): string => `@@${randomBytes(6).toString('hex')}`;

/**
 * The beginning that PowerShell and the Unix shells take for a mistake in a line of which they then run nothing, so that it does no harm where
 * the login's shell is not cmd.exe and shows itself by the marker that is missing.
 */
const opening = (mark: string): string => `if 1==1 (echo ${mark} begin)`;

/** The line of these sections, or a refusal when it is longer than cmd.exe reads. */
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

/** Did cmd.exe take the line? */
export const hasBegun = (output: Buffer, { mark }: Framed): boolean => output.includes(`${mark} begin`);

/** The sections by name. A file without a line end runs into the marker behind it, so markers are found anywhere. */
export function partsOf(output: Buffer, framed: Framed, codePage: string): ReadonlyMap<string, Part> {
  const parts = new Map<string, Part>();
  for (const name of framed.names) {
    const part = partOf(output, framed, name, codePage);
    if (part !== null) parts.set(name, part);
  }
  return parts;
}

/** One section of them; null when its beginning was not seen. */
export function partOf(output: Buffer, { mark, names }: Framed, name: string, codePage: string): Part | null {
  const at = names.indexOf(name);
  const crlf = output.indexOf(`${mark} ${at}\r`);
  const begin = crlf >= 0 ? crlf : output.indexOf(`${mark} ${at}\n`);
  if (begin < 0) return null;
  const from = output.indexOf('\n', begin) + 1;
  const end = output.indexOf(`${mark} ${at} `, from);
  const code = end < 0 ? null : /^\S+ \d+ (-?\d+)/.exec(output.toString('latin1', end, end + 60))?.[1];
  return {
    text: decode(output.subarray(from, end < 0 ? output.length : end), codePage),
    exitCode: code === null || code === undefined ? null : Number(code),
  };
}
