import { childEnvironment } from '../../../orchestrator/child-environment.ts';
import { type ChildProcess, spawn } from 'node:child_process';
import { isAbsolute, join, relative } from 'node:path';
import { styleText } from 'node:util';

const main = join(import.meta.dirname, '../../../orchestrator/cli/main.ts');

interface CliOptions {
  readonly url: string;
  readonly dataDir: string;
  readonly say: (line: string) => void;
}

/**
 * Runs servpack's own command line as an operator does: a process per command, with only its
 * arguments.
 */
export class Cli {
  readonly #options: CliOptions;

  constructor(options: CliOptions) {
    this.#options = options;
  }

  /** Shows the command and its output. Throws when it fails. */
  async run(args: readonly string[]): Promise<void> {
    this.#show(args);
    await this.#end(this.#start(args, 'inherit'), args, [0]);
  }

  /**
   * The same for a command whose exit code 1 says that the campaign did not end well; the proof
   * judges that.
   */
  async watch(args: readonly string[]): Promise<void> {
    this.#show(args);
    await this.#end(this.#start(args, 'inherit'), args, [0, 1]);
  }

  /** The command's `--json` answer. */
  async json(args: readonly string[]): Promise<unknown> {
    const child = this.#start([...args, '--json'], 'pipe');
    const chunks: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
    await this.#end(child, args, [0]);
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  }

  #show(args: readonly string[]): void {
    const shown = args.map((arg) => (isAbsolute(arg) ? relative(process.cwd(), arg) : arg));
    this.#options.say(styleText('cyan', `$ servpack ${shown.join(' ')}`));
  }

  #start(args: readonly string[], stdout: 'inherit' | 'pipe'): ChildProcess {
    const { url, dataDir } = this.#options;
    const own = childEnvironment(process.env, 'NO_COLOR', 'FORCE_COLOR', 'TERM');
    const env = { ...own, SERVPACK_URL: url, SERVPACK_DATA: dataDir };
    return spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', stdout, 'inherit'] });
  }

  async #end(child: ChildProcess, args: readonly string[], fine: readonly number[]): Promise<void> {
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    if (code === null || !fine.includes(code))
      throw new Error(`servpack ${args.join(' ')} ended with ${code ?? 'a signal'}`);
  }
}
