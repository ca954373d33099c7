import type { Outcome } from '../../../orchestrator/simulation/machines/outcome.ts';

/** Where output goes: to sshd, nowhere, or into a file. */
export interface Sink {
  readonly write: (text: string) => void;
}

export interface Streams {
  readonly out: Sink;
  readonly error: Sink;
  /** The input of a program; only a pipe has one. */
  readonly input: string;
}

/** A program of the machine: its output and its exit code. Undefined = no program has this name. */
export type Programs = (name: string, args: string, streams: Streams) => Promise<number> | undefined;

/** Runs something on the machine at the present time, after everything due on it. */
export type Visit = <T>(act: (now: number) => T) => T;

/** Prints a text of a program and returns its exit code. */
export function said(out: Streams['out'], text: string, code = 0): number {
  out.write(`${text}\r\n`);
  return code;
}

/**
 * An outcome of the model as a program prints it: its message, with the error number as exit code.
 */
export function answered(outcome: Outcome, { out }: Streams): number {
  if (outcome.kind === 'waits' || outcome.answer.ok) return 0;
  const { message } = outcome.answer.error;
  return said(out, `FAILED ${message}`, Number(/error (\d+)/.exec(message)?.[1] ?? 1));
}
