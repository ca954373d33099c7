import { spawn } from 'node:child_process';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import { reasonOf } from '../../../shared/reason-of.ts';
import { visible } from '../../../shared/visible-text.ts';
import { fleetBytesAtMost } from '../../input-file.ts';
import type { Refusal } from '../../refusal.ts';
import { wordsIn } from './command-words.ts';

/** How much of what a command writes to stderr a fault shows. */
const stderrAtMost = 2_000;

type Ended =
  | { readonly kind: 'exited'; readonly code: number | null; readonly signal: string | null }
  | { readonly kind: 'timedOut' | 'tooMuch' }
  | { readonly kind: 'notStarted'; readonly because: string };

/**
 * Runs a command on this machine, without a shell, and returns what it prints. Its process group is
 * killed after the time limit, or when it prints more than a fleet file may have. Fault
 * `input.command`: it cannot be started, ends with another exit code than 0, or prints no JSON.
 */
export async function jsonOf(line: string, limitMs: number): Promise<Result<string, Refusal>> {
  const refuse = (because: string) =>
    err(fault('input.command', `the command ${visible(line)} ${because}; nothing was changed`));
  const words = wordsIn(line);
  if (words === null) return refuse('has a quotation mark without its partner');
  const [program = '', ...args] = words;
  if (program === '') return refuse('is empty');
  const output = new Output();
  const ended = await run(program, args, output, limitMs);
  const said = output.stderr() === '' ? '' : `; it says: ${output.stderr()}`;
  switch (ended.kind) {
    case 'notStarted':
      return refuse(`cannot be started: ${ended.because}`);
    case 'timedOut':
      return refuse(`was stopped after its time limit of ${limitMs / 1_000} s${said}`);
    case 'tooMuch':
      return refuse(`was stopped because it prints more than ${fleetBytesAtMost} bytes${said}`);
    case 'exited':
      if (ended.code !== 0)
        return refuse(
          `ended with ${ended.code === null ? `signal ${ended.signal}` : `exit code ${ended.code}`}${said}`,
        );
  }
  const text = output.stdout();
  const wrong = whyNoJson(text);
  return wrong === null ? ok(text) : refuse(`${wrong}${said}`);
}

/** Only JSON is taken from a command: a message in plain text must not become a fleet. */
function whyNoJson(text: string): string | null {
  if (text.trim() === '') return 'printed nothing, and JSON was expected';
  try {
    JSON.parse(text.replace(/^\uFEFF/, ''));
    return null;
  } catch (error) {
    return `printed no JSON: ${reasonOf(error)}`;
  }
}

class Output {
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #stderr = '';

  /** @returns whether it is too much by now */
  add(chunk: Buffer): boolean {
    this.#bytes += chunk.length;
    if (this.#bytes <= fleetBytesAtMost) this.#chunks.push(chunk);
    return this.#bytes > fleetBytesAtMost;
  }

  addError(chunk: Buffer): void {
    this.#stderr = `${this.#stderr}${chunk.toString('utf8')}`.slice(-stderrAtMost);
  }

  stdout(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }

  stderr(): string {
    return visible(this.#stderr.trim().replaceAll(/\s*\r?\n\s*/g, ' / '));
  }
}

const run = (program: string, args: readonly string[], output: Output, limitMs: number): Promise<Ended> =>
  new Promise((resolve) => {
    // A group of its own, so that what the command starts ends with it.
    const child = spawn(program, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let stopped: 'timedOut' | 'tooMuch' | null = null;
    const stop = (why: 'timedOut' | 'tooMuch'): void => {
      stopped ??= why;
      killGroup(child.pid);
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const timer = setTimeout(() => stop('timedOut'), limitMs);
    child.stdout.on('data', (chunk: Buffer) => {
      if (output.add(chunk)) stop('tooMuch');
    });
    child.stderr.on('data', (chunk: Buffer) => output.addError(chunk));
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve({ kind: 'notStarted', because: reasonOf(error) });
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      killGroup(child.pid);
      resolve(stopped === null ? { kind: 'exited', code, signal } : { kind: stopped });
    });
  });

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // No process of the group is left.
  }
}
