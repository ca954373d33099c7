import { expand, type Node, parse, type Redirection, SyntaxFault } from './cmd-parse.ts';
import { behind, compare, split } from './cmd-words.ts';
import { type FileCommands, fileCommands } from './file-commands.ts';
import type { NtFiles } from './nt-files.ts';
import type { Programs, Sink, Streams } from './program.ts';

/** `exit` ends the whole command, however deep it stands. */
class Exit extends Error {
  readonly code: number;
  constructor(code: number) {
    super('exit');
    this.code = code;
  }
}

const sharingViolation =
  'The process cannot access the file because it is being used by another process.\r\n';

/** One `cmd.exe /c` on a machine of the lab. */
export class Cmd {
  readonly #files: NtFiles;
  readonly #programs: Programs;
  readonly #variables: Map<string, string>;
  readonly #fileCommands: FileCommands;
  #errorLevel = 0;
  #directory = 'C:\\';
  readonly #directories: string[] = [];

  constructor(files: NtFiles, programs: Programs, variables: ReadonlyMap<string, string>) {
    this.#files = files;
    this.#programs = programs;
    this.#variables = new Map(variables);
    this.#fileCommands = fileCommands(
      files,
      (args) => this.#paths(args),
      () => this.#directory,
    );
  }

  /** Runs the line. Returns the exit code that sshd sees. */
  async run(line: string, streams: Streams): Promise<number> {
    try {
      await this.#node(parse(expand(line.slice(0, 8_191), (name) => this.#variable(name))), streams, {});
      return this.#errorLevel;
    } catch (thrown) {
      if (thrown instanceof Exit) return thrown.code;
      if (!(thrown instanceof SyntaxFault)) throw thrown;
      streams.error.write(`The syntax of the command is incorrect: ${thrown.message}\r\n`);
      return 1;
    }
  }

  #variable(name: string): string | undefined {
    if (name.toUpperCase() === 'ERRORLEVEL') return String(this.#errorLevel);
    return this.#variables.get(name.toUpperCase());
  }

  /** Returns whether the command succeeded; `&&` and `||` use it. */
  async #node(node: Node, streams: Streams, loop: Loop): Promise<boolean> {
    switch (node.kind) {
      case 'pair':
        return this.#pair(node, streams, loop);
      case 'block':
        return this.#redirected(node.redirections, streams, loop, (inner) =>
          this.#node(node.body, inner, loop),
        );
      case 'if':
        return this.#if(node, streams, loop);
      case 'for':
        return this.#for(node, streams, loop);
      case 'simple':
        return this.#redirected(node.redirections, streams, loop, (inner) =>
          this.#simple(this.#replaced(node.text, loop), inner),
        );
    }
  }

  async #pair(
    { operator, left, right }: Extract<Node, { kind: 'pair' }>,
    streams: Streams,
    loop: Loop,
  ): Promise<boolean> {
    if (operator === '|') {
      let said = '';
      await this.#node(left, { ...streams, out: { write: (text) => void (said += text) } }, loop);
      return this.#node(right, { ...streams, input: said }, loop);
    }
    const isGood = await this.#node(left, streams, loop);
    if (operator === '&&' && !isGood) return false;
    if (operator === '||' && isGood) return true;
    return this.#node(right, streams, loop);
  }

  async #if(node: Extract<Node, { kind: 'if' }>, streams: Streams, loop: Loop): Promise<boolean> {
    const { condition } = node;
    const holds =
      condition.kind === 'exist'
        ? this.#files.exists(this.#full(this.#replaced(condition.path, loop)))
        : compare(
            this.#replaced(condition.left, loop),
            condition.operator,
            this.#replaced(condition.right, loop),
            node.isCaseless,
          );
    if (holds !== node.isNot) return this.#node(node.body, streams, loop);
    return node.otherwise === null ? true : this.#node(node.otherwise, streams, loop);
  }

  async #for(node: Extract<Node, { kind: 'for' }>, streams: Streams, loop: Loop): Promise<boolean> {
    let isGood = true;
    for (const values of await this.#values(node, streams, loop)) {
      isGood = await this.#node(node.body, streams, { ...loop, ...values });
    }
    return isGood;
  }

  async #values(
    { options, variable, set }: Extract<Node, { kind: 'for' }>,
    streams: Streams,
    loop: Loop,
  ): Promise<readonly Loop[]> {
    const text = this.#replaced(set, loop).trim();
    if (options === null) return this.#plainValues(variable, text);
    const lines = await this.#lines(options, text, streams);
    const [, numbers = '1', rest] = /tokens=([\d,]+)(\*)?/i.exec(options) ?? [];
    const tokens = numbers.split(',').map(Number);
    const delimiters = /delims=(.*)$/i.exec(options)?.[1] ?? ' \t';
    return lines
      .filter((line) => line !== '' && !line.startsWith(';'))
      .map((line) => {
        const words = split(line, delimiters);
        const values = tokens.map((token) => words[token - 1] ?? '');
        if (rest !== undefined) values.push(behind(line, delimiters, Math.max(...tokens)));
        return Object.fromEntries(
          values.map((value, at) => [String.fromCharCode(variable.charCodeAt(0) + at), value]),
        );
      });
  }

  #plainValues(variable: string, text: string): readonly Loop[] {
    const words = text.match(/"[^"]*"|[^\s,;=]+/g) ?? [];
    return words.flatMap((word) => {
      // Not every command treats a pattern in quotes as a pattern; servpack must not rely on it.
      if (!/[*?]/.test(word)) return [{ [variable]: word }];
      return this.#files.list(this.#directory).map((name) => ({ [variable]: name }));
    });
  }

  async #lines(options: string, text: string, streams: Streams): Promise<readonly string[]> {
    const isCommand = /usebackq/i.test(options) ? /^`(.*)`$/.exec(text) : /^'(.*)'$/.exec(text);
    if (isCommand !== null) {
      let said = '';
      await this.#simple(isCommand[1] ?? '', { ...streams, out: { write: (more) => void (said += more) } });
      return said.split(/\r?\n/);
    }
    const content = this.#files.read(this.#full(text.replaceAll('"', '')));
    return content === null ? [] : content.toString('latin1').split(/\r?\n/);
  }

  async #redirected(
    redirections: readonly Redirection[],
    streams: Streams,
    loop: Loop,
    work: (streams: Streams) => Promise<boolean>,
  ): Promise<boolean> {
    let inner = streams;
    const closers: (() => void)[] = [];
    try {
      for (const { handle, mode, target } of redirections) {
        if (mode === '<') continue;
        const opened = mode === '>&' ? inner.out : this.#open(this.#replaced(target, loop), mode, closers);
        if (opened === null) {
          streams.error.write(sharingViolation);
          this.#errorLevel = 1;
          return false;
        }
        inner = handle === 2 ? { ...inner, error: opened } : { ...inner, out: opened };
      }
      return await work(inner);
    } finally {
      for (const close of closers) close();
    }
  }

  #open(target: string, mode: '>' | '>>', closers: (() => void)[]): Sink | null {
    if (target.toLowerCase() === 'nul') return { write: () => undefined };
    const file = this.#files.openForWriting(this.#full(target), mode === '>>');
    if (file === null) return null;
    closers.push(file.close);
    return file;
  }

  async #simple(text: string, streams: Streams): Promise<boolean> {
    const [, name = '', args = ''] =
      /^\s*("[^"]+"|echo(?=[.:])|[^\s"/(=]+(?=[(/]?)|\S+)([^]*)$/.exec(text) ?? [];
    const command = name.replaceAll('"', '').toLowerCase();
    const fileCommand = this.#fileCommands[command];
    if (fileCommand !== undefined) return this.#ended(fileCommand(args, streams));
    const builtIn = this.#builtIns[command];
    if (builtIn !== undefined) return builtIn.call(this, args, streams);
    const running = this.#programs(command, args, streams);
    if (running === undefined) {
      streams.error.write(`'${name}' is not recognized as an internal or external command\r\n`);
      this.#errorLevel = 9_009;
      return false;
    }
    this.#errorLevel = await running;
    return this.#errorLevel === 0;
  }

  readonly #builtIns: Readonly<
    Record<string, (args: string, streams: Streams) => boolean | Promise<boolean>>
  > = {
    echo: (args, { out }) => {
      out.write(`${args.replace(/^[ (.:]/, '')}\r\n`);
      return true;
    },
    ver: (_args, { out }) => {
      out.write('\r\nMicrosoft Windows [Version 10.0.19045]\r\n');
      return this.#ended(0);
    },
    set: (args, { out }) => {
      const [, given, text = ''] = /^\s*"?([^="]+)=([^"]*)"?\s*$/.exec(args) ?? [];
      if (given !== undefined) this.#variables.set(given.toUpperCase(), text);
      else for (const [name, value] of this.#variables) out.write(`${name}=${value}\r\n`);
      return this.#ended(0);
    },
    // `/s`: the first and the last quote go, and the rest is a line of its own.
    cmd: async (args, streams) => {
      const line = /^\s*(?:\/[ds]\s+)*\/c\s+"([^]*)"\s*$/i.exec(args)?.[1] ?? '';
      return this.#ended(await new Cmd(this.#files, this.#programs, this.#variables).run(line, streams));
    },
    exit: (args) => {
      throw new Exit(Number(args.trim() || this.#errorLevel));
    },
    call: async (args, streams) => {
      const line = expand(args.trim(), (name) => this.#variable(name));
      return this.#node(parse(line), streams, {});
    },
    rd: (args) => this.#files.removeDirectory(this.#paths(args)[0] ?? ''),
    pushd: (args, { error }) => {
      const path = this.#paths(args)[0] ?? '';
      if (!this.#files.exists(`${path}\\`)) {
        error.write('The system cannot find the path specified.\r\n');
        return this.#ended(1);
      }
      this.#directories.push(this.#directory);
      this.#directory = path;
      return this.#ended(0);
    },
    popd: () => {
      this.#directory = this.#directories.pop() ?? this.#directory;
      return true;
    },
  };

  #ended(code: number): boolean {
    this.#errorLevel = code;
    return code === 0;
  }

  /** The words of a command that are no switches, as full paths. */
  #paths(args: string): readonly string[] {
    const words = args.match(/"[^"]*"|[^\s"]+/g) ?? [];
    return words
      .filter((word) => !word.startsWith('/') && word !== '-')
      .map((word) => this.#full(word.replaceAll('"', '')));
  }

  /**
   * Replaces the variables of `for` after the rest of the line was parsed; `%~z` is the size of a
   * file, `%~a` its attributes, `%~f` its full path in long names.
   */
  #replaced(text: string, loop: Loop): string {
    return text.replaceAll(
      /%(~[afz](?=[A-Za-z])|~)?([A-Za-z])/g,
      (whole, modifier: string | undefined, letter: string) => {
        const value = loop[letter];
        if (value === undefined || modifier === undefined) return value ?? whole;
        const plain = value.replaceAll('"', '');
        if (modifier === '~f') return this.#full(plain);
        if (modifier === '~a') return this.#files.attributes(this.#named(plain));
        return modifier === '~' ? plain : String(this.#files.read(this.#full(plain))?.length ?? '');
      },
    );
  }

  #full(path: string): string {
    return this.#files.long(this.#named(path));
  }

  #named(path: string): string {
    return /^([A-Za-z]:|\\\\)/.test(path) ? path : `${this.#directory.replace(/\\$/, '')}\\${path}`;
  }
}

/** Variables of `for` by letter. */
type Loop = Readonly<Record<string, string>>;
