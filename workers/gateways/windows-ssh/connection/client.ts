import { err, ok, type Result } from '../../../../shared/errors.ts';
import { reasonOf } from '../../../../shared/reason-of.ts';
import type { GatewayFailure, GatewayResult } from '../../../../shared/execution/gateway.ts';
import { codePageIn, unknownCodePage } from './code-page.ts';
import type { Connection } from './connection.ts';
import { endOf } from './ending.ts';
import { type Framed, framed, hasBegun, type Part, partOf, partsOf, type Section } from './frame.ts';
import { factsSection, keptExclamation } from '../look/look-sections.ts';
import type { Executed } from './output.ts';
import { lineFor, type Shell } from './shell.ts';

/** What does not change on a client between calls; null = not known yet. */
export interface Facts {
  shell: Shell | null;
  systemRoot: string | null;
  codePage: string;
  /** Does cmd.exe leave `!` as it is? An administrator may have switched on delayed expansion. */
  keepsExclamation: boolean | null;
}

export const nothingKnown = (): Facts => ({
  shell: null,
  systemRoot: null,
  codePage: 'utf8',
  keepsExclamation: null,
});

/** A line that was run, with its output. */
export interface Ran extends Executed {
  readonly framed: Framed;
}

export const failure = (kind: GatewayFailure['kind'], message: string): GatewayResult<never> =>
  err({ kind, message });

/** A value that cannot be put on a command line makes the call `failed`, with nothing sent. */
export const refused = <T>(result: Result<T, string>): GatewayResult<T> =>
  result.ok ? result : failure('failed', result.error);

/** Runs command lines on a client over its connection, and reads their sections. */
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

  /** The folder of Windows; asks the client where it is not known yet. */
  async systemRoot(): Promise<GatewayResult<string>> {
    if (this.#facts.systemRoot !== null) return ok(this.#facts.systemRoot);
    const asked = await this.read([factsSection]);
    if (!asked.ok) return asked;
    return this.#facts.systemRoot === null
      ? failure('garbled', 'the client does not name the folder of Windows')
      : ok(this.#facts.systemRoot);
  }

  /**
   * Runs sections that change nothing, in as few lines as they fit into. Remembers the facts among
   * them.
   */
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

  /** The sections of a line that was run, decoded by the code page of the client. */
  parts({ stdout, framed: line }: Ran): ReadonlyMap<string, Part> {
    return partsOf(stdout, line, this.#facts.codePage);
  }

  /**
   * Runs a framed line in the shell of the login. The first line finds out which shell that is: one
   * other than cmd.exe runs nothing of it.
   * @param heard called with each piece of what the line prints, as it comes
   */
  async run(line: Framed, heard?: (piece: Buffer) => void): Promise<GatewayResult<Ran>> {
    const can = await this.#takes(line.line.replace(factsSection.commands, ''));
    if (!can.ok) return can;
    const { shell } = this.#facts;
    const first = await this.#connection.exec(lineFor(shell ?? 'cmd', line.line), this.signal, heard);
    if (!first.ok) return first;
    if (hasBegun(first.value.stdout, line)) {
      this.#facts.shell ??= 'cmd';
      return ok({ ...first.value, framed: line });
    }
    if (shell !== null || !this.#connection.isOpen)
      return failure('garbled', `not understood: ${endOf(first.value)}`);
    const second = await this.#connection.exec(lineFor('other', line.line), this.signal, heard);
    if (!second.ok) return second;
    if (hasBegun(second.value.stdout, line)) {
      this.#facts.shell = 'other';
      return ok({ ...second.value, framed: line });
    }
    return failure(
      'garbled',
      `the shell of this login is neither cmd.exe nor one that starts it: ${endOf(second.value)}; the line for cmd.exe: ${endOf(first.value)}`,
    );
  }

  /** Where cmd.exe expands `!`, a name with `!` would name another service: nothing is sent. */
  async #takes(text: string): Promise<GatewayResult<void>> {
    if (!text.includes('!')) return ok(undefined);
    if (this.#facts.keepsExclamation === null) {
      const asked = await this.read([factsSection]);
      if (!asked.ok) return asked;
    }
    return this.#facts.keepsExclamation === true
      ? ok(undefined)
      : failure(
          'failed',
          'cmd.exe of this client expands ! (DelayedExpansion): no name with ! can be sent to it',
        );
  }

  #remember(ran: Ran): void {
    if (!ran.framed.names.includes(factsSection.name)) return;
    const text = partOf(ran.stdout, ran.framed, factsSection.name, 'latin1')?.text ?? '';
    const [systemRoot = '', page = ''] = text.split(/\r?\n/);
    if (!/^[A-Za-z]:\\[\w .-]{1,60}$/.test(systemRoot)) return;
    this.#facts.systemRoot = systemRoot;
    this.#facts.keepsExclamation = text.includes(keptExclamation);
    this.#facts.codePage = codePageIn(page) ?? unknownCodePage;
  }
}

/** Characters of the frame around each section, at most. */
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

/**
 * Runs work over SFTP. An error there means `cutOff`: the work failed; it never means that there is
 * no such file.
 */
export async function attempt<T>(what: string, work: () => Promise<T>): Promise<GatewayResult<T>> {
  try {
    return ok(await work());
  } catch (thrown) {
    return failure('cutOff', `${what}: ${reasonOf(thrown)}`);
  }
}
