import { err, messageOf, ok, type Result } from '../../../../shared/errors.ts';
import type { GatewayFailure, GatewayResult } from '../../gateway.ts';
import { codePageIn } from './code-page.ts';
import type { Connection, Executed } from './connection.ts';
import { type Framed, framed, hasBegun, type Part, partOf, partsOf, type Section } from './frame.ts';
import { factsSection } from '../look/look-sections.ts';
import { lineFor, type Shell } from './shell.ts';

/** What is the same on a client from one call to the next; null until it has said it. */
export interface Facts {
  shell: Shell | null;
  systemRoot: string | null;
  codePage: string;
}

export const nothingKnown = (): Facts => ({ shell: null, systemRoot: null, codePage: 'utf8' });

/** A line that was run, and what it printed. */
export interface Ran extends Executed {
  readonly framed: Framed;
}

export const failure = (kind: GatewayFailure['kind'], message: string): GatewayResult<never> =>
  err({ kind, message });

/** What can not be put on a command line was not sent; the client would say no to it as well. */
export const refused = <T>(result: Result<T, string>): GatewayResult<T> =>
  result.ok ? result : failure('failed', result.error);

/** A client as its facts and its connection make it: runs lines, and reads their sections. */
export class ClientShell {
  readonly #connection: Connection;
  readonly #facts: Facts;
  readonly signal: AbortSignal;

  constructor(connection: Connection, facts: Facts, signal: AbortSignal) {
    this.#connection = connection;
    this.#facts = facts;
    this.signal = signal;
  }

  get codePage(): string {
    return this.#facts.codePage;
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** The folder of Windows, asked for where it is not known yet. */
  async systemRoot(): Promise<GatewayResult<string>> {
    if (this.#facts.systemRoot !== null) return ok(this.#facts.systemRoot);
    const asked = await this.read([factsSection]);
    if (!asked.ok) return asked;
    return this.#facts.systemRoot === null
      ? failure('garbled', 'the client does not say where Windows is')
      : ok(this.#facts.systemRoot);
  }

  /** Sections that only look, in one line or, where that gets too long, in several. Facts among them are remembered. */
  async read(sections: readonly Section[]): Promise<GatewayResult<ReadonlyMap<string, Part>>> {
    const parts = new Map<string, Part>();
    for (const piece of inLines(sections)) {
      const line = refused(framed(piece));
      if (!line.ok) return line;
      const ran = await this.run(line.value);
      if (!ran.ok) return ran;
      this.#remember(ran.value);
      for (const [name, part] of this.parts(ran.value)) parts.set(name, part);
      const missing = piece.find(({ name }) => !parts.has(name));
      if (missing !== undefined)
        return failure('garbled', `${missing.name}: no answer; the line broke off at ${endOf(ran.value)}`);
    }
    return ok(parts);
  }

  /** The sections of a line that was run, in the client's code page. */
  parts({ stdout, framed: line }: Ran): ReadonlyMap<string, Part> {
    return partsOf(stdout, line, this.#facts.codePage);
  }

  /** Runs a framed line as the login's shell takes it. Which shell it is shows at the first line, of which another one than cmd.exe runs nothing. */
  async run(line: Framed): Promise<GatewayResult<Ran>> {
    const { shell } = this.#facts;
    const first = await this.#connection.exec(lineFor(shell ?? 'cmd', line.line), this.signal);
    if (!first.ok) return first;
    if (hasBegun(first.value.stdout, line)) {
      this.#facts.shell ??= 'cmd';
      return ok({ ...first.value, framed: line });
    }
    if (shell !== null || !this.#connection.isOpen)
      return failure('garbled', `not understood: ${endOf(first.value)}`);
    const second = await this.#connection.exec(lineFor('other', line.line), this.signal);
    if (!second.ok) return second;
    if (hasBegun(second.value.stdout, line)) {
      this.#facts.shell = 'other';
      return ok({ ...second.value, framed: line });
    }
    return failure(
      'garbled',
      `the shell of this login is neither cmd.exe nor one that starts it: ${endOf(first.value)}`,
    );
  }

  #remember(ran: Ran): void {
    if (!ran.framed.names.includes(factsSection.name)) return;
    const text = partOf(ran.stdout, ran.framed, factsSection.name, 'latin1')?.text ?? '';
    const [systemRoot = '', page = ''] = text.split(/\r?\n/);
    if (!/^[A-Za-z]:\\[\w .-]{1,60}$/.test(systemRoot)) return;
    this.#facts.systemRoot = systemRoot;
    this.#facts.codePage = codePageIn(page) ?? 'latin1';
  }
}

/** What a client said instead, for whoever reads why. */
export const endOf = ({ stdout, stderr }: Executed): string =>
  JSON.stringify(`${stdout.toString('latin1').slice(-200)} ${stderr.toString('latin1').slice(-300)}`.trim());

/** Room for the frame's own characters around each section. */
const frameCharacters = 90;
const lineCharacters = 8_000;

function inLines(sections: readonly Section[]): readonly (readonly Section[])[] {
  const lines: Section[][] = [[]];
  let length = frameCharacters;
  for (const section of sections) {
    const needs = section.commands.length + frameCharacters;
    if (length + needs > lineCharacters) {
      lines.push([]);
      length = frameCharacters;
    }
    lines.at(-1)?.push(section);
    length += needs;
  }
  return lines.filter((line) => line.length > 0);
}

/** An error that SFTP throws says that the file could not be read, never that there is none. */
export async function attempt<T>(what: string, work: () => Promise<T>): Promise<GatewayResult<T>> {
  try {
    return ok(await work());
  } catch (thrown) {
    return failure('cutOff', `${what}: ${messageOf(thrown)}`);
  }
}
